using Snet.Tests;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>All files of scenarios: those of tests/Data, and those of the folders that <c>SNET_SCENARIOS</c> names (parted as in PATH).</summary>
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
        select new TestFixtureData(file.Key, version).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file.Key), version);

    /// <summary>Gives a file.</summary>
    public static ScenarioFile File(string path) => Files.Value[path];

    /// <summary>How many plays there are: scenarios times versions.</summary>
    public static int Count => Files.Value.Values.Sum(file => file.Scenarios.Count * file.Versions.Count);

    /// <summary>Reads the files of tests/Data and of further folders.</summary>
    /// <param name="folders">The folders, parted as in PATH; null for none.</param>
    /// <exception cref="ScenarioException">A folder holds none, or a file is malformed: nothing is left out silently.</exception>
    public static IReadOnlyDictionary<string, ScenarioFile> Read(string? folders) => (folders ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Prepend(Path.Combine(TestData.Root, "scenarios"))
        .SelectMany(FilesIn)
        .ToDictionary(path => path, ScenarioFile.Read, StringComparer.Ordinal);

    private static IEnumerable<string> FilesIn(string folder)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).ToArray() : [];
        return files.Length > 0 ? files : throw new ScenarioException($"the folder {folder} holds no scenarios");
    }
}
