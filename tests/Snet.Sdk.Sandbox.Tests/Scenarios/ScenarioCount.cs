using Snet.Tests;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Tells at the end how many scenarios held, and of which folders. The project prints what is left in the file behind the tests.</summary>
[SetUpFixture]
internal sealed class ScenarioCount
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, int> Held = [];

    /// <summary>Counts one that held.</summary>
    /// <param name="path">Its file.</param>
    public static void Passed(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        lock (Gate)
            Held[folder] = Held.GetValueOrDefault(folder) + 1;
    }

    [OneTimeTearDown]
    public void Tell()
    {
        if (Held.Count == 0)
            return; // no scenario was asked for
        var all = ScenarioSuite.CountsByFolder;
        var lines = all.Select(folder => $"Scenarios of {Shown(folder.Key)}: {Held.GetValueOrDefault(folder.Key)} of {folder.Value} hold.");
        File.WriteAllLines(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "scenarios.txt"),
            lines.Append($"Scenarios in all: {Held.Values.Sum()} of {all.Values.Sum()} hold."));
    }

    private static string Shown(string folder)
    {
        var own = Path.GetFullPath(TestData.Root) + Path.DirectorySeparatorChar;
        return folder.StartsWith(own, StringComparison.Ordinal) ? "tests/Data/" + folder[own.Length..] : folder;
    }
}
