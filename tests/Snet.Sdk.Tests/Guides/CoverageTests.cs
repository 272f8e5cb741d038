using System.Text.RegularExpressions;
using Snet.Tests;

namespace Snet.Sdk.Tests.Guides;

/// <summary>docs/guides-coverage.md: every item of the guides has its row, and what a row names exists.</summary>
public sealed partial class CoverageTests
{
    /// <summary>How many items each guide has.</summary>
    private static readonly (string Guide, int Items)[] Guides = [("000", 45), ("001", 28), ("002", 12), ("003", 49), ("004", 91)];

    /// <summary>The items of the Python guide that a test must show.</summary>
    private static readonly (int First, int Last)[] Shown = [(1, 1), (7, 34), (36, 61), (68, 90)];

    private static string Docs => Path.Combine(TestData.RepositoryRoot, "docs");

    private static List<(string Id, string Where)> Rows { get; } =
    [
        .. Row().Matches(File.ReadAllText(Path.Combine(Docs, "guides-coverage.md")).ReplaceLineEndings("\n"))
            .Select(row => (row.Groups["id"].Value, row.Groups["where"].Value)),
    ];

    [Test]
    public void Page_EveryItem_HasOneRow() =>
        Rows.Select(row => row.Id).ShouldBe(Guides.SelectMany(guide => Enumerable.Range(1, guide.Items).Select(item => $"{guide.Guide}-{item:00}")));

    [Test]
    public void Page_EveryTestItNames_Exists()
    {
        var tests = TestNames();
        foreach (var (id, where) in Rows)
        {
            foreach (Match test in TestName().Matches(where))
                tests.ShouldContain(test.Groups["name"].Value, $"row {id}");
        }
    }

    [Test]
    public void Page_EveryLink_LeadsToAHeading()
    {
        foreach (var (id, where) in Rows)
        {
            foreach (Match link in Link().Matches(where))
            {
                var page = Path.Combine(Docs, link.Groups["page"].Value);
                File.Exists(page).ShouldBeTrue($"row {id}: {page}");
                if (link.Groups["heading"] is { Success: true } heading)
                    Headings(page).ShouldContain(heading.Value, $"row {id}");
            }
        }
    }

    [Test]
    public void Page_EveryRow_IsMetByATestADocumentOrAnAnswer()
    {
        foreach (var (id, where) in Rows)
            (TestName().IsMatch(where) || Link().IsMatch(where) || Answer().IsMatch(where)).ShouldBeTrue($"row {id}: {where}");
        var shown = Shown.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)).Select(item => $"004-{item:00}");
        foreach (var id in shown)
            TestName().IsMatch(Rows.Single(row => row.Id == id).Where).ShouldBeTrue($"row {id} needs a test");
    }

    // The source is read, since the tests of all projects are meant. A method counts when an attribute makes it a test.
    private static HashSet<string> TestNames()
    {
        HashSet<string> names = [];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(TestData.RepositoryRoot, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            var source = File.ReadAllText(file);
            if (Class().Match(source) is { Success: true } type)
                names.UnionWith(Test().Matches(source).Select(test => $"{type.Groups["name"].Value}.{test.Groups["name"].Value}"));
        }

        return names;
    }

    private static IEnumerable<string> Headings(string page) =>
        Heading().Matches(File.ReadAllText(page)).Select(heading => string.Concat(
            heading.Groups["text"].Value.Trim().ToLowerInvariant().Replace(' ', '-').Where(c => char.IsLetterOrDigit(c) || c is '-' or '_')));

    [GeneratedRegex(@"^\| (?<id>\d{3}-\d{2}) \| (?<what>[^|]+) \| (?<where>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+\.(?:[A-Z]\w*_\w+|Play))`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\((?<page>[\w./-]+\.md)(?:#(?<heading>[\w-]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^(?:Not in this protocol: |Later[;:,( ])")]
    private static partial Regex Answer();

    [GeneratedRegex(@"^(?:public|internal) (?:sealed |abstract |partial )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex(@"\[(?:Test|TestCase|TestCaseSource|ScenarioCases)\b[^\n]*\n(?:\s*(?://|\[|\{|\.\.)[^\n]*\n|\s+\[[^\n]*\n)*\s*public (?:async )?\w+ (?<name>\w+)\(")]
    private static partial Regex Test();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
