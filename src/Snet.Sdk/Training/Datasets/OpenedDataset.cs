namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// A dataset whose bytes are at hand. It is opened once for the check and the upload together, so that what is sent is what was
/// checked; disposing closes it and removes a temporary file.
/// </summary>
/// <param name="fileName">The name to send with it.</param>
/// <param name="content">The bytes; the stream can seek, and is closed with this.</param>
internal sealed class OpenedDataset(string fileName, Stream content) : IAsyncDisposable
{
    /// <summary>The name to send with it, without folders.</summary>
    public string FileName { get; } = fileName;

    /// <summary>The bytes; the stream can seek.</summary>
    public Stream Content { get; } = content;

    /// <summary>How many bytes there are.</summary>
    public long Length { get; } = content.Length;

    /// <summary>Readers of the application for kinds of archive that are not read here.</summary>
    public IReadOnlyList<IDatasetReader> Readers { get; set; } = [];

    /// <summary>What could not be packed when the dataset was made from a folder.</summary>
    public IReadOnlyList<DatasetProblem> PackingErrors { get; init; } = [];

    /// <summary>What was left out on purpose when the dataset was made from a folder.</summary>
    public IReadOnlyList<DatasetProblem> PackingWarnings { get; init; } = [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
