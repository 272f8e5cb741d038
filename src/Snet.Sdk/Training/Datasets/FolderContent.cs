namespace Snet.Sdk.Training.Datasets;

/// <summary>What of a folder is to be packed, sorted by name, and what is not.</summary>
internal sealed class FolderContent
{
    private readonly List<FolderEntry> _entries = [];
    private readonly List<DatasetProblem> _errors = [];
    private readonly List<DatasetProblem> _warnings = [];

    private FolderContent()
    {
    }

    /// <summary>The files, and the folders that have nothing in them; sorted by code unit, which no language setting changes.</summary>
    public IReadOnlyList<FolderEntry> Entries => _entries;

    /// <summary>Links, which are not followed: they may lead anywhere.</summary>
    public IReadOnlyList<DatasetProblem> Errors => _errors;

    /// <summary>What operating systems leave behind.</summary>
    public IReadOnlyList<DatasetProblem> Warnings => _warnings;

    /// <summary>Looks through a folder and all below it.</summary>
    public static FolderContent Find(DirectoryInfo root, CancellationToken cancellationToken)
    {
        var content = new FolderContent();
        content.Add(root, "", cancellationToken);
        content._entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return content;
    }

    private void Add(DirectoryInfo folder, string name, CancellationToken cancellationToken)
    {
        var before = _entries.Count;
        foreach (var item in folder.EnumerateFileSystemInfos())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(item, name + item.Name, cancellationToken);
        }

        if (_entries.Count == before && name.Length > 0)
            _entries.Add(new FolderEntry(name, null));
    }

    private void Add(FileSystemInfo item, string name, CancellationToken cancellationToken)
    {
        if (EntryName.IsJunkPart(item.Name))
        {
            _warnings.Add(new(DatasetRule.LeftOut, $"Left out: `{EntryName.Show(name)}` was left by an operating system", name));
        }
        else if (item.LinkTarget is not null)
        {
            _errors.Add(new(DatasetRule.Link,
                $"Link in the folder: `{EntryName.Show(name)}`. It was not packed; put the file itself in its place", name));
        }
        else if (item is DirectoryInfo folder)
        {
            Add(folder, name + '/', cancellationToken);
        }
        else
        {
            _entries.Add(new FolderEntry(name, (FileInfo)item));
        }
    }
}
