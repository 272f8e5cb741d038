namespace Snet.Sdk.Training.Datasets;

/// <summary>A kind of archive: the word that providers use for it, and the endings that file names of this kind have.</summary>
/// <param name="Name">The usual ending, which is also the name.</param>
/// <param name="OtherEndings">Further endings that mean the same.</param>
internal sealed record ArchiveKind(string Name, params string[] OtherEndings)
{
    public static readonly ArchiveKind Zip = new("zip");
    public static readonly ArchiveKind Tar = new("tar");
    public static readonly ArchiveKind TarGz = new("tar.gz", "tgz", "taz");
    public static readonly ArchiveKind TarBz2 = new("tar.bz2", "tbz2", "tbz", "tb2", "tar.bz");
    public static readonly ArchiveKind Gz = new("gz", "gzip") { HoldsFiles = false };
    public static readonly ArchiveKind Bz2 = new("bz2", "bzip2") { HoldsFiles = false };
    public static readonly ArchiveKind SevenZip = new("7z", "7zip");
    public static readonly ArchiveKind Rar = new("rar");
    public static readonly ArchiveKind Xz = new("xz", "tar.xz", "txz");
    public static readonly ArchiveKind Zstd = new("zst", "tar.zst", "tzst", "zstd");

    private static readonly ArchiveKind[] s_all = [Zip, Tar, TarGz, TarBz2, Gz, Bz2, SevenZip, Rar, Xz, Zstd];

    private static readonly (string Ending, ArchiveKind Kind)[] s_endings =
        [.. s_all.SelectMany(kind => kind.Endings, (kind, ending) => (ending, kind)).OrderByDescending(pair => pair.ending.Length)];

    /// <summary>Whether it holds files, and is not just one file in packed form, such as a scan in a <c>nii.gz</c>.</summary>
    public bool HoldsFiles { get; private init; } = true;

    /// <summary>Gives the kind that a word of a provider's list means; <see langword="null"/> for a word not known here.</summary>
    public static ArchiveKind? FromType(string type) => Array.Find(s_all, kind => kind.Endings.Contains(type));

    /// <summary>Gives the kind that a file name claims by its longest known ending.</summary>
    public static ArchiveKind? FromName(string fileName) =>
        Array.Find(s_endings, pair => TypeList.Matches(pair.Ending, fileName)).Kind;

    /// <summary>
    /// Says whether a provider's list allows a dataset of this kind under this name. A list that says <c>gz</c> means <c>tar.gz</c> too,
    /// and a word not known here is taken as the name of the kind or as a file ending.
    /// </summary>
    public static bool IsAllowed(IReadOnlyList<string> types, string kindName, string fileName)
    {
        var kind = FromType(kindName);
        return types.Count == 0 || types.Any(type => FromType(type) is { } allowed
            ? allowed == kind || (allowed == Gz && kind == TarGz) || (allowed == Bz2 && kind == TarBz2)
            : type == kindName || TypeList.Matches(type, fileName));
    }

    /// <summary>Gives the <see cref="Name"/>.</summary>
    public override string ToString() => Name;

    private IEnumerable<string> Endings => OtherEndings.Prepend(Name);
}
