namespace Snet.Sdk.Training.Datasets;

/// <summary>Packs a folder into an archive whose bytes depend on names and contents alone, not on times, rights or machine.</summary>
internal static class FolderPacker
{
    /// <summary>Packs a folder into a temporary file.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="types">What the method allows, as its metadata has it; the first kind that can be written is taken, bzip2 last of
    /// all since it is slow, and zip when there is none.</param>
    /// <param name="cancellationToken">Ends the packing.</param>
    public static OpenedDataset Pack(string path, IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        var root = new DirectoryInfo(Path.GetFullPath(path));
        if (!root.Exists)
            throw new DirectoryNotFoundException($"There is no folder `{path}` to make a dataset of.");

        var type = types.Where(CanWrite).OrderBy(IsSlow).FirstOrDefault() ?? ArchiveKind.Zip.Name;
        var content = FolderContent.Find(root, cancellationToken);
        var file = TempFile.Create();
        try
        {
            Write(content.Entries, ArchiveKind.FromType(type)!, file, cancellationToken);
            file.Position = 0;
            return new OpenedDataset($"{BaseName(root)}.{type}", file)
            {
                PackingErrors = content.Errors,
                PackingWarnings = content.Warnings,
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static bool CanWrite(string type) => ArchiveKind.FromType(type) is { } kind
        && (kind == ArchiveKind.Zip || kind == ArchiveKind.Tar || kind == ArchiveKind.TarGz || kind == ArchiveKind.TarBz2);

    private static bool IsSlow(string type) => ArchiveKind.FromType(type) == ArchiveKind.TarBz2;

    private static void Write(IReadOnlyList<FolderEntry> entries, ArchiveKind kind, FileStream file, CancellationToken cancellationToken)
    {
        if (kind == ArchiveKind.Zip)
            ZipPacker.Write(entries, file, cancellationToken);
        else
            TarPacker.Write(entries, kind, file, cancellationToken);
    }

    // The root of a drive has a name that no file can have.
    private static string BaseName(DirectoryInfo root) => root.Parent is null ? "dataset" : root.Name;
}
