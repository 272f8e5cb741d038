namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>A folder for one test, removed at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("snet-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>The tree below a folder: files with their content in hex, and empty folders.</summary>
    public static SortedDictionary<string, string> Tree(string root)
    {
        var tree = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var name = System.IO.Path.GetRelativePath(root, item.FullName).Replace('\\', '/');
            if (item is FileInfo)
                tree[name] = Convert.ToHexString(File.ReadAllBytes(item.FullName));
            else if (!Directory.EnumerateFileSystemEntries(item.FullName).Any())
                tree[name + '/'] = "";
        }

        return tree;
    }
}
