using System.Text.RegularExpressions;
using Snet.Tests;

namespace Snet.Sdk.Tests.Conventions;

/// <summary>docs/security.md and docs/reliability.md: what they name exists.</summary>
public sealed partial class SecurityPageTests
{
    [TestCase("security.md")]
    [TestCase("reliability.md")]
    public void Page_EveryTestItNames_Exists(string page)
    {
        var named = TestName().Matches(File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "docs", page))).Select(match => match.Groups["name"].Value).Distinct().ToList();
        var tests = typeof(SecurityPageTests).Assembly.GetTypes().SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}")).ToHashSet();

        named.ShouldNotBeEmpty();
        foreach (var name in named)
            tests.ShouldContain(name);
    }

    [Test]
    public void Page_EveryAdversary_HasATest()
    {
        var rows = File.ReadLines(Path.Combine(TestData.RepositoryRoot, "docs", "security.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();

        rows.Count.ShouldBeGreaterThan(15);
        rows.ShouldAllBe(row => TestName().IsMatch(row));
    }

    [GeneratedRegex(@"`(?<name>[A-Z]\w+Tests\.[A-Z]\w*_\w+)`")]
    private static partial Regex TestName();
}
