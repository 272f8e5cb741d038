using Snet.Tests;

namespace Snet.Sdk.Tests.Conventions;

/// <summary>The lists of deliberate breaks, which scripts try one by one, fit the code as it is.</summary>
public sealed class BreakListTests
{
    [TestCase("breaks.txt", "src/Snet.Sdk/Payments")]
    [TestCase("mutants.txt", "src/Snet.Sdk.Sandbox/Daemon")]
    public void Breaks_OfAList_StandExactlyOnceInTheirFiles(string list, string folder)
    {
        var breaks = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "tests", list)).ReplaceLineEndings("\n")
            .Split("\n\n").Select(part => part.Split('\n').Where(line => !line.StartsWith('#') && line.Contains(": ", StringComparison.Ordinal))
                .Select(line => line.Split(": ", 2)).ToDictionary(field => field[0], field => field[1].Trim()))
            .Where(fields => fields.ContainsKey("find")).ToList();

        var misfits = breaks.Where(fields => Count(Read(fields["file"]), fields["find"]) != 1).Select(fields => $"{fields["file"]}: {fields["find"]}");

        misfits.ShouldBeEmpty();
        breaks.Count.ShouldBeGreaterThan(15); // they were read

        string Read(string file) => File.ReadAllText(Path.Combine(TestData.RepositoryRoot, folder, file));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
