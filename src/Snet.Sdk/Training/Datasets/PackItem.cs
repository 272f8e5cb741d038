namespace Snet.Sdk.Training.Datasets;

/// <summary>A file to be packed, or an empty folder.</summary>
/// <param name="Name">The name in the archive: relative, with / between folders; a folder's ends in one.</param>
/// <param name="Origin">Where the content is from: the full path of a file, or the stream. The same origin twice is the same file.</param>
/// <param name="OpenAsync">Opens the content as a stream that can seek; <see langword="null"/> for a folder.</param>
internal sealed record PackItem(string Name, object? Origin, Func<CancellationToken, Task<Stream>>? OpenAsync)
{
    private const int BufferSize = 1 << 17;

    /// <summary>Describes a file of the file system.</summary>
    public static PackItem OfFile(string name, string fullPath) => new(name, fullPath, _ => Task.FromResult<Stream>(
        new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan)));

    /// <summary>Describes a folder with nothing in it.</summary>
    /// <param name="name">Its name, which ends in a slash.</param>
    public static PackItem OfFolder(string name) => new(name, null, null);

    /// <summary>Opens the content and looks at what goes by.</summary>
    public async Task<PackedContent> OpenContentAsync(CancellationToken cancellationToken) =>
        new(Name, await OpenAsync!(cancellationToken).ConfigureAwait(false), cancellationToken);
}
