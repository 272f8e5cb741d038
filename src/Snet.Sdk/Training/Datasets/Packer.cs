namespace Snet.Sdk.Training.Datasets;

/// <summary>What the packers have in common.</summary>
internal static class Packer
{
    /// <summary>Pictures, sound, film and archives: packing them again takes long and saves nothing.</summary>
    private static readonly string[] s_packedTypes =
    [
        "7z", "aac", "avi", "bz2", "flac", "gif", "gz", "jpeg", "jpg", "m4a", "mkv", "mov", "mp3", "mp4", "npz", "ogg", "opus", "parquet",
        "png", "rar", "tgz", "webm", "webp", "xz", "zip", "zst",
    ];

    /// <summary>The time that all entries get: the first that zip can express.</summary>
    public static DateTimeOffset Time { get; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Says whether a file's content is already packed, by its type.</summary>
    public static bool IsPackedAlready(string name) => TypeList.Matches(s_packedTypes, name);

    /// <summary>Says whether archives of this kind can be written here.</summary>
    public static bool CanWrite(ArchiveKind kind) =>
        kind == ArchiveKind.Zip || kind == ArchiveKind.Tar || kind == ArchiveKind.TarGz || kind == ArchiveKind.TarBz2;

    /// <summary>
    /// Gives the ending of an archive that the method allows: the first kind of its list that can be written, bzip2 last of all since it
    /// is slow; zip when there is none.
    /// </summary>
    public static string ChooseEnding(IReadOnlyList<string> types) =>
        types.Select(Ending).OfType<string>().OrderBy(ending => ArchiveKind.FromType(ending) == ArchiveKind.TarBz2).FirstOrDefault()
        ?? ArchiveKind.Zip.Name;

    /// <summary>Writes an archive; its bytes depend on names and contents alone.</summary>
    /// <param name="items">What goes into it, in order.</param>
    /// <param name="kind">Its kind, one of those that <see cref="CanWrite"/>.</param>
    /// <param name="output">Where it goes; can seek.</param>
    /// <param name="cancellationToken">Ends the packing.</param>
    /// <returns>The files that were packed.</returns>
    public static Task<IReadOnlyList<DatasetFile>> WriteAsync(
        IReadOnlyList<PackItem> items, ArchiveKind kind, Stream output, CancellationToken cancellationToken) => kind == ArchiveKind.Zip
            ? ZipPacker.WriteAsync(items, output, cancellationToken)
            : TarPacker.WriteAsync(items, kind, output, cancellationToken);

    /// <summary>Gives the ending for a word of a provider's list; a list that says gz means tar.gz too.</summary>
    private static string? Ending(string type) => ArchiveKind.FromType(type) switch
    {
        { } kind when kind == ArchiveKind.Gz => ArchiveKind.TarGz.Name,
        { } kind when kind == ArchiveKind.Bz2 => ArchiveKind.TarBz2.Name,
        { } kind when CanWrite(kind) => type,
        _ => null,
    };
}
