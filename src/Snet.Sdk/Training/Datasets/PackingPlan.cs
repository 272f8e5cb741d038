using System.Formats.Tar;

namespace Snet.Sdk.Training.Datasets;

/// <summary>What is to be packed, sorted by name, and what is not.</summary>
/// <param name="archive">The full path of the archive, if it gets one: a folder that holds it is packed without it.</param>
internal sealed class PackingPlan(string? archive = null)
{
    /// <summary>What stands behind the archive's name until it is whole.</summary>
    public const string PartEnding = ".part";

    private readonly List<PackItem> _items = [];
    private readonly List<DatasetProblem> _errors = [];
    private readonly List<DatasetProblem> _warnings = [];
    /// <summary>What could not be packed: links, which may lead anywhere, devices, and names that are there twice.</summary>
    public IReadOnlyList<DatasetProblem> Errors => _errors;

    /// <summary>What was left out on purpose.</summary>
    public IReadOnlyList<DatasetProblem> Warnings => _warnings;

    /// <summary>Adds one file.</summary>
    public void Add(PackItem item) => _items.Add(item);

    /// <summary>Adds all that is in a folder and below it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="prefix">What its content is called in the archive: empty, or a name that ends in a slash.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Add(DirectoryInfo folder, string prefix, CancellationToken cancellationToken)
    {
        var before = _items.Count;
        foreach (var item in folder.EnumerateFileSystemInfos())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(item, prefix + item.Name, cancellationToken);
        }

        if (_items.Count == before && prefix.Length > 0)
            _items.Add(PackItem.OfFolder(prefix));
    }

    /// <summary>Gives what is to be packed, sorted by code unit, which no language setting changes. To be called once.</summary>
    public IReadOnlyList<PackItem> Settle()
    {
        var settled = new List<PackItem>();
        foreach (var same in _items.GroupBy(item => item.Name, StringComparer.Ordinal).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            if (same.Select(item => item.Origin).Distinct().Count() > 1)
                _errors.Add(Ambiguous(same.Key));
            else
                settled.Add(same.First());
        }

        return [.. settled.Where((item, i) => !IsFolderWithContent(item, settled.ElementAtOrDefault(i + 1)))];
    }

    private void Add(FileSystemInfo item, string name, CancellationToken cancellationToken)
    {
        if (EntryName.IsJunkPart(item.Name))
            _warnings.Add(LeftOut(name, "was left by an operating system"));
        else if (item.LinkTarget is not null)
            _errors.Add(new(DatasetRule.Link, $"Link in the folder: `{EntryName.Show(name)}`. It was not packed; put the file itself in its place", name));
        else if (item is DirectoryInfo folder)
            Add(folder, name + '/', cancellationToken);
        else if (item.FullName == archive)
            _warnings.Add(LeftOut(name, "is the archive itself"));
        else if (archive is null || item.FullName != archive + PartEnding)
            Add((FileInfo)item, name);
    }

    private void Add(FileInfo file, string name)
    {
        if (name.Contains(EntryName.NotDecoded, StringComparison.Ordinal) && !file.Exists)
            _errors.Add(new(DatasetRule.NameEncoding, $"File name in an unknown encoding: `{EntryName.Show(name)}`. It was not packed; rename it", name));
        else if (IsSpecial(file))
            _errors.Add(new(DatasetRule.SpecialFile, $"Not a file: `{EntryName.Show(name)}` is a device, a pipe or the like. It was not packed", name));
        else
            _items.Add(PackItem.OfFile(name, file.FullName));
    }

    /// <summary>
    /// Says whether this is a pipe, a socket or a device; to open one could wait for ever. The framework tells only its tar writer, which
    /// takes no notice of the content of those. They have no length, so that files need not be asked unless they are empty.
    /// </summary>
    private static bool IsSpecial(FileInfo file)
    {
        if (file.Length > 0 || OperatingSystem.IsWindows())
            return false;
        using var tar = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(tar, leaveOpen: true))
                writer.WriteEntry(file.FullName, "file");
        }
        catch (IOException) when (file.Exists)
        {
            return true; // tar knows no sockets
        }

        tar.Position = 0;
        using var reader = new TarReader(tar);
        return reader.GetNextEntry() is not { EntryType: TarEntryType.RegularFile };
    }

    private static DatasetProblem LeftOut(string name, string why) =>
        new(DatasetRule.LeftOut, $"Left out: `{EntryName.Show(name)}` {why}", name);

    private static DatasetProblem Ambiguous(string name) => new(DatasetRule.DuplicateName,
        $"Duplicate file name: `{EntryName.Show(name)}` was added from several places. None of them was packed", name);

    // Sorted, what is in a folder comes right behind it.
    private static bool IsFolderWithContent(PackItem item, PackItem? next) =>
        item.OpenAsync is null && next is not null && next.Name.StartsWith(item.Name, StringComparison.Ordinal);
}
