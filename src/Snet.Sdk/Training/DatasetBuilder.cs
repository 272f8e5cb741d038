using System.Security.Cryptography;
using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Training;

/// <summary>
/// Builds a dataset: an archive from folders, files and streams, of a kind that the method allows, together with a list of what is in it.
/// </summary>
/// <remarks>
/// <para>The archive has the same bytes for the same names and contents, on every machine and in whatever order they were added: entries
/// are sorted, times and rights fixed, and the packing is done by managed code. So its hash tells whether a dataset has changed.</para>
/// <para>Adding reads nothing; files are read when the archive is built, through one buffer, and archives may be larger than 4 GB. A
/// builder can build several times. It is not safe for threads.</para>
/// </remarks>
public sealed class DatasetBuilder
{
    private const int BufferSize = 1 << 17;
    private readonly List<(string Path, string Prefix)> _folders = [];
    private readonly List<PackItem> _items = [];

    /// <summary>Adds all that is in a folder and below it.</summary>
    /// <remarks>
    /// What operating systems leave behind (<c>__MACOSX</c>, <c>.DS_Store</c>, <c>Thumbs.db</c>, ...) stays out, with a warning in the
    /// report, and so does the archive that is being built. Links are not followed, for they may lead anywhere: they are errors in the
    /// report, as are pipes and devices.
    /// </remarks>
    /// <param name="path">The folder. Its own name does not become part of the names in the archive.</param>
    /// <param name="under">The folder in the archive to put it under, with / between folders; at the top by default.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The path is empty, or the folder's name would not be safe to unpack.</exception>
    public DatasetBuilder AddFolder(string path, string under = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(under);
        var folder = under.Length == 0 ? "" : CheckName(under, nameof(under));
        _folders.Add((path, folder.Length == 0 ? "" : folder + '/'));
        return this;
    }

    /// <summary>Adds one file.</summary>
    /// <param name="path">The file. A link is followed.</param>
    /// <param name="name">Its name in the archive, with / between folders; the file's own name by default.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The path is empty, or the name would not be safe to unpack.</exception>
    public DatasetBuilder AddFile(string path, string? name = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _items.Add(PackItem.OfFile(CheckFileName(name ?? Path.GetFileName(path), name is null ? nameof(path) : nameof(name)), Path.GetFullPath(path)));
        return this;
    }

    /// <summary>Adds a file whose content comes from a stream that the caller opened and closes.</summary>
    /// <param name="stream">
    /// The content, read from its start when the stream can seek. One that cannot is read once, when the archive is built, into a
    /// temporary file.
    /// </param>
    /// <param name="name">Its name in the archive, with / between folders.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read, or the name would not be safe to unpack.</exception>
    public DatasetBuilder AddStream(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _items.Add(new PackItem(CheckFileName(name, nameof(name)), stream, SeekableStream.Of(stream)));
        return this;
    }

    /// <summary>Adds a file whose content comes from a stream that is opened when the archive is built, and closed afterwards.</summary>
    /// <param name="openStream">Opens the content at its start. A stream that cannot seek goes through a temporary file.</param>
    /// <param name="name">Its name in the archive, with / between folders.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name would not be safe to unpack.</exception>
    public DatasetBuilder AddStream(Func<Stream> openStream, string name)
    {
        ArgumentNullException.ThrowIfNull(openStream);
        _items.Add(new PackItem(CheckFileName(name, nameof(name)), openStream, SeekableStream.Of(openStream)));
        return this;
    }

    /// <summary>Builds the archive, checks it, and puts it in its place.</summary>
    /// <remarks>
    /// Nothing is split, trimmed or left out in silence: what breaks a rule is an error, what was left out on purpose a warning in the
    /// report. A file of that name is replaced, and only when the new one is in order; until then there is <c>path</c> + <c>.part</c>
    /// beside it.
    /// </remarks>
    /// <param name="path">
    /// Where to. The ending says the kind of archive: zip, tar, tar.gz (tgz) or tar.bz2. A path without such an ending gets one, of the
    /// first kind in the method's list that can be written, or else zip.
    /// </param>
    /// <param name="rules">
    /// What the method asks for, from <see cref="TrainingClient.GetMethodMetadataAsync(string, CancellationToken)"/>.
    /// <see langword="null"/>: nothing but what makes any archive unfit.
    /// </param>
    /// <param name="cancellationToken">Ends it; no archive is left.</param>
    /// <returns>The archive's path and hash, the files in it, and the report of the check.</returns>
    /// <exception cref="ArgumentException">The path is empty, or its ending is a kind of archive that cannot be written.</exception>
    /// <exception cref="DirectoryNotFoundException">A folder is not there.</exception>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="IOException">A file was written to while it was packed, or the disk failed.</exception>
    /// <exception cref="WrongDatasetException">The dataset breaks rules, all of which are listed. No archive is left.</exception>
    public Task<BuiltDataset> BuildAsync(string path, MethodMetadata? rules = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        rules ??= new MethodMetadata();
        var claimed = ArchiveKind.FromName(path);
        if (claimed is not null && !Packer.CanWrite(claimed))
            throw new ArgumentException($"An archive of the kind {claimed} cannot be written. End the path in zip, tar, tar.gz or tar.bz2.", nameof(path));

        var target = Path.GetFullPath(claimed is null ? $"{path}.{Packer.ChooseEnding(rules.AllowedArchiveTypes)}" : path);
        return Task.Run(() => BuildFileAsync(target, rules, cancellationToken), cancellationToken);
    }

    /// <summary>Packs into a temporary file, which is removed when the dataset is closed.</summary>
    internal async Task<OpenedDataset> PackAsync(string name, MethodMetadata rules, CancellationToken cancellationToken)
    {
        var file = TempFile.Create();
        try
        {
            var fileName = $"{name}.{Packer.ChooseEnding(rules.AllowedArchiveTypes)}";
            return (await PackAsync(new PackingPlan(), fileName, file, cancellationToken).ConfigureAwait(false)).Dataset;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<BuiltDataset> BuildFileAsync(string path, MethodMetadata rules, CancellationToken cancellationToken)
    {
        var part = path + PackingPlan.PartEnding;
        try
        {
            BuiltDataset built;
            var file = new FileStream(part, FileMode.Create, FileAccess.ReadWrite, FileShare.None, BufferSize);
            await using (file.ConfigureAwait(false))
                built = await WriteAsync(file, path, new PackingPlan(path), rules, cancellationToken).ConfigureAwait(false);
            File.Move(part, path, overwrite: true);
            return built;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private async Task<BuiltDataset> WriteAsync(
        FileStream file, string path, PackingPlan plan, MethodMetadata rules, CancellationToken cancellationToken)
    {
        var (dataset, files) = await PackAsync(plan, Path.GetFileName(path), file, cancellationToken).ConfigureAwait(false);
        var report = await DatasetChecker.CheckAsync(dataset, rules, cancellationToken).ConfigureAwait(false);
        if (!report.IsValid)
            throw new WrongDatasetException(report);
        var hash = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
        return new BuiltDataset(path, Convert.ToHexStringLower(hash), files, report);
    }

    private async Task<(OpenedDataset Dataset, IReadOnlyList<DatasetFile> Files)> PackAsync(
        PackingPlan plan, string fileName, FileStream output, CancellationToken cancellationToken)
    {
        _items.ForEach(plan.Add);
        foreach (var (path, prefix) in _folders)
        {
            var folder = new DirectoryInfo(path);
            if (!folder.Exists)
                throw new DirectoryNotFoundException($"There is no folder `{path}` to make a dataset of.");
            plan.Add(folder, prefix, cancellationToken);
        }

        var files = await Packer.WriteAsync(plan.Settle(), ArchiveKind.FromName(fileName)!, output, cancellationToken).ConfigureAwait(false);
        output.Position = 0;
        return (new OpenedDataset(fileName, output) { PackingErrors = plan.Errors, PackingWarnings = plan.Warnings }, files);
    }

    private static string CheckFileName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, parameter);
        return CheckName(name, parameter) is { Length: > 0 } checkedName && !name.EndsWith('/')
            ? checkedName
            : throw new ArgumentException($"Give the name of a file; got `{EntryName.Show(name)}`.", parameter);
    }

    private static string CheckName(string name, string parameter) => EntryName.WhyUnsafe(name) is { } reason
        ? throw new ArgumentException($"The name `{EntryName.Show(name)}` is not safe to unpack: {reason}.", parameter)
        : EntryName.Normalize(name);
}
