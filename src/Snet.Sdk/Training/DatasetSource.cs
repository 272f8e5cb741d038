using System.Diagnostics.CodeAnalysis;
using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Training;

/// <summary>Where a dataset comes from: an archive in a file or a stream, or a folder or other files that are packed on the way.</summary>
/// <remarks>Making one reads nothing. The bytes are opened when the dataset is checked or sent, and again each time.</remarks>
public sealed class DatasetSource
{
    private const int BufferSize = 1 << 17;
    private readonly string _description;
    private readonly Func<MethodMetadata, CancellationToken, Task<OpenedDataset>> _open;
    private readonly IReadOnlyList<IDatasetReader> _readers;

    private DatasetSource(
        string description, Func<MethodMetadata, CancellationToken, Task<OpenedDataset>> open, IReadOnlyList<IDatasetReader>? readers = null) =>
        (_description, _open, _readers) = (description, open, readers ?? []);

    /// <summary>Takes an archive from a file.</summary>
    /// <param name="path">The file. It must not be written to while it is sent.</param>
    /// <returns>
    /// A source that throws <see cref="FileNotFoundException"/> before anything is sent, when the file is not there by then.
    /// </returns>
    /// <exception cref="ArgumentException">The path is empty or names no file.</exception>
    public static DatasetSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var fileName = CheckFileName(Path.GetFileName(path), nameof(path));

        return new DatasetSource(path, (_, _) => Task.FromResult(new OpenedDataset(fileName, OpenFile(path))));
    }

    /// <summary>Takes an archive from a stream that the caller opened and closes.</summary>
    /// <param name="stream">
    /// The archive, read from its start when the stream can seek. One that cannot is read once, from where it stands, into a temporary
    /// file: such a source serves for one check or one upload.
    /// </param>
    /// <param name="fileName">The name to send with it; its ending says what kind of archive it is.</param>
    /// <exception cref="ArgumentException">The stream cannot be read, or the name is empty or has folders.</exception>
    public static DatasetSource FromStream(Stream stream, string fileName)
    {
        ArgumentNullException.ThrowIfNull(stream);
        CheckFileName(fileName, nameof(fileName));

        return Of(fileName, SeekableStream.Of(stream));
    }

    /// <summary>Takes an archive from a stream that is opened whenever it is needed, and closed afterwards.</summary>
    /// <param name="openStream">Opens the archive at its start. A stream that cannot seek goes through a temporary file.</param>
    /// <param name="fileName">The name to send with it; its ending says what kind of archive it is.</param>
    /// <exception cref="ArgumentException">The name is empty or has folders.</exception>
    public static DatasetSource FromStream(Func<Stream> openStream, string fileName)
    {
        ArgumentNullException.ThrowIfNull(openStream);
        CheckFileName(fileName, nameof(fileName));

        return Of(fileName, SeekableStream.Of(openStream));
    }

    /// <summary>Packs a folder into an archive of a kind that the method allows.</summary>
    /// <remarks>
    /// The archive is a temporary file, has the folder's name, and is built as by <see cref="DatasetBuilder"/>: the same bytes for the
    /// same content on every machine; what operating systems leave behind (<c>.DS_Store</c>, <c>Thumbs.db</c>) stays out, with a warning
    /// in the report; links are not followed and are errors in the report.
    /// </remarks>
    /// <param name="path">The folder. It must not be written to while it is packed.</param>
    /// <returns>
    /// A source that throws <see cref="DirectoryNotFoundException"/> before anything is sent, when the folder is not there by then.
    /// </returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static DatasetSource FromFolder(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);

        // The root of a drive has a name that no file can have.
        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return Of(path, new DatasetBuilder().AddFolder(path), folder.Parent is null ? "dataset" : folder.Name);
    }

    /// <summary>Builds an archive of a kind that the method allows, from whatever the builder was given.</summary>
    /// <remarks>
    /// The archive is a temporary file, built anew each time the dataset is checked or sent. To keep it, and a list of what is in it, use
    /// <see cref="DatasetBuilder.BuildAsync"/>. What breaks rules is in the report.
    /// </remarks>
    /// <param name="builder">What goes into the archive. What is added later goes into later archives.</param>
    /// <param name="name">The name to send with it, without an ending.</param>
    /// <exception cref="ArgumentException">The name is empty or has folders.</exception>
    public static DatasetSource FromBuilder(DatasetBuilder builder, string name = "dataset")
    {
        ArgumentNullException.ThrowIfNull(builder);
        CheckFileName(name, nameof(name));

        return Of(name, builder, name);
    }

    /// <summary>Brings readers for kinds of archive that the SDK does not read itself, such as 7z and rar.</summary>
    /// <remarks>Without a reader such a dataset is passed on unchecked, with a warning, where the method allows its kind.</remarks>
    /// <param name="readers">The readers. They are asked in this order, and only for what the SDK cannot read.</param>
    /// <returns>The same dataset, which is checked with them wherever it is checked. This source stays as it is.</returns>
    [Experimental("SNET001")]
    public DatasetSource WithReaders(params IReadOnlyList<IDatasetReader> readers)
    {
        ArgumentNullException.ThrowIfNull(readers);

        return new DatasetSource(_description, _open, [.. readers]);
    }

    /// <summary>Gives the path or the name of the dataset.</summary>
    public override string ToString() => _description;

    /// <summary>Brings the bytes to hand: opens, spools or packs them.</summary>
    /// <param name="rules">What the method asks for; a folder is packed into a kind of archive that it allows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<OpenedDataset> OpenAsync(MethodMetadata rules, CancellationToken cancellationToken)
    {
        var dataset = await _open(rules, cancellationToken).ConfigureAwait(false);
        dataset.Readers = _readers;
        return dataset;
    }

    private static DatasetSource Of(string description, DatasetBuilder builder, string name) => new(
        description, (rules, cancellationToken) => Task.Run(() => builder.PackAsync(name, rules, cancellationToken), cancellationToken));

    private static DatasetSource Of(string fileName, Func<CancellationToken, Task<Stream>> openAsync) => new(
        fileName, async (_, cancellationToken) => new OpenedDataset(fileName, await openAsync(cancellationToken).ConfigureAwait(false)));

    private static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path))
            throw new FileNotFoundException($"The dataset `{path}` is a folder. Use {nameof(FromFolder)} to have it packed.", path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no dataset at `{path}`.", path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);
    }

    private static string CheckFileName(string? fileName, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fileName, parameter);
        if (fileName.AsSpan().ContainsAny('/', '\\') || fileName.Any(char.IsControl))
            throw new ArgumentException($"Give a plain file name; got `{EntryName.Show(fileName)}`.", parameter);
        return fileName;
    }
}
