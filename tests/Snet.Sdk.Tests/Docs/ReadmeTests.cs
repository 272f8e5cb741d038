using System.Text.RegularExpressions;
using Snet.Tests;

namespace Snet.Sdk.Tests.Docs;

/// <summary>Code in README and docs stands word for word between markers in files that are compiled here.</summary>
public sealed partial class ReadmeTests
{
    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(TestData.RepositoryRoot, "docs"), "*.md")
            .Append(Path.Combine(TestData.RepositoryRoot, "README.md"))
            .Select(path => Path.GetRelativePath(TestData.RepositoryRoot, path));

    [TestCaseSource(nameof(Pages))]
    public void Snippets_OfThePage_AreCompiledCode(string page)
    {
        var text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, page)).ReplaceLineEndings("\n");
        foreach (Match snippet in Snippet().Matches(text))
            Compiled(snippet.Groups["name"].Value).ShouldBe(snippet.Groups["code"].Value.TrimEnd(), $"snippet {snippet.Groups["name"].Value} of {page}");
    }

    [Test]
    public void Readme_EveryCSharpBlock_IsASnippet()
    {
        var text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "README.md"));

        Snippet().Count(text.ReplaceLineEndings("\n")).ShouldBe(Regex.Count(text, "```csharp"));
    }

    private static string Compiled(string name)
    {
        var source = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "tests", "Snet.Sdk.Tests", "Docs", "Snippets.cs")).ReplaceLineEndings("\n");
        var match = Regex.Match(source, $@"// snippet {name}\n(?<code>.*?)\n\s*// end", RegexOptions.Singleline);
        match.Success.ShouldBeTrue($"There is no snippet {name} in Snippets.cs.");
        var lines = match.Groups["code"].Value.Split('\n');
        var indent = lines.Where(l => l.Trim().Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length >= indent ? l[indent..] : l)).TrimEnd();
    }

    [GeneratedRegex(@"<!-- snippet: (?<name>\w+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
