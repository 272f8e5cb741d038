using Snet.Tests;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>All files of scenarios: what was recorded (tests/Data/scenarios), what follows from the protocol page and the daemon's source and was not
/// recorded (tests/Data/rules), and the folders that <c>SNET_SCENARIOS</c> names (parted as in PATH).</summary>
internal static class ScenarioSuite
{
    /// <summary>Names the variable with further folders.</summary>
    public const string FoldersVariable = "SNET_SCENARIOS";

    private static readonly Lazy<IReadOnlyDictionary<string, ScenarioFile>> Files =
        new(() => Read(Environment.GetEnvironmentVariable(FoldersVariable)));

    /// <summary>One pair of file and daemon version for each platform.</summary>
    public static IEnumerable<TestFixtureData> Platforms() =>
        from file in Files.Value
        from version in file.Value.Versions
        select new TestFixtureData(file.Key, version).SetArgDisplayNames(Shown(file.Key), version);

    /// <summary>Gives a file.</summary>
    public static ScenarioFile File(string path) => Files.Value[path];

    /// <summary>How many plays each folder has: scenarios times versions.</summary>
    public static IReadOnlyDictionary<string, int> CountsByFolder => Files.Value
        .GroupBy(file => Path.GetDirectoryName(file.Key)!, file => file.Value.Scenarios.Count * file.Value.Versions.Count)
        .ToDictionary(folder => folder.Key, folder => folder.Sum());

    /// <summary>Reads the files of tests/Data and of further folders.</summary>
    /// <param name="folders">The folders, parted as in PATH; null for none.</param>
    /// <exception cref="ScenarioException">A folder holds none, or a file is malformed: nothing is left out silently.</exception>
    public static IReadOnlyDictionary<string, ScenarioFile> Read(string? folders) => (folders ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Prepend(Path.Combine(TestData.Root, "rules"))
        .Prepend(Path.Combine(TestData.Root, "scenarios"))
        .SelectMany(FilesIn)
        .ToDictionary(path => path, ScenarioFile.Read, StringComparer.Ordinal);

    // Files of two folders may have the same name; each has test cases of its own.
    private static string Shown(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return Files.Value.Keys.Count(other => Path.GetFileNameWithoutExtension(other) == name) > 1
            ? $"{Path.GetFileName(Path.GetDirectoryName(path))}/{name}"
            : name;
    }

    private static IEnumerable<string> FilesIn(string folder)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).ToArray() : [];
        return files.Length > 0 ? files : throw new ScenarioException($"the folder {folder} holds no scenarios");
    }
}
