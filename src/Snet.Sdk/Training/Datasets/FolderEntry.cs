namespace Snet.Sdk.Training.Datasets;

/// <summary>A file to be packed, or an empty folder.</summary>
/// <param name="Name">The name in the archive: relative, with / between folders; a folder's ends in one.</param>
/// <param name="File">The file; <see langword="null"/> for a folder.</param>
internal sealed record FolderEntry(string Name, FileInfo? File)
{
    private const int BufferSize = 1 << 17;

    /// <summary>Opens the file to be read from start to end.</summary>
    public FileStream Open() =>
        new(File!.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);
}
