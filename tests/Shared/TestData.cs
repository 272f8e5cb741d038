using System.Reflection;
using System.Text.Json;

namespace Snet.Tests;

/// <summary>Files of tests/Data, read in place. A missing file is a failure, never a test less.</summary>
internal static class TestData
{
    /// <summary>The folder tests/Data.</summary>
    public static string Root => Setting("TestData");

    /// <summary>The repository's top folder.</summary>
    public static string RepositoryRoot => Setting("RepositoryRoot");

    /// <summary>Reads a golden-value file, such as <c>keys.json</c>.</summary>
    public static JsonElement Vectors(string name) => Json($"vectors/{name}");

    /// <summary>Reads what the real daemon answered, such as <c>escrow.json</c>.</summary>
    public static JsonElement Scenario(string name) => Json($"scenarios/{name}");

    /// <summary>Gives a file's full path.</summary>
    /// <param name="relative">The path below tests/Data, with slashes.</param>
    public static string PathOf(string relative)
    {
        var path = Path.Combine(Root, relative);
        return File.Exists(path) ? path : throw new FileNotFoundException($"The test data '{relative}' is missing.", path);
    }

    /// <summary>Makes one test case for each element of an array, named by it so that a failure tells the vector.</summary>
    /// <param name="file">The vector file.</param>
    /// <param name="path">The array's place, as <c>signatures.cases</c>.</param>
    /// <param name="name">Tells the name; by default its member <c>name</c>. The position goes in front.</param>
    public static IEnumerable<TestCaseData> Cases(string file, string path, Func<JsonElement, string?>? name = null)
    {
        var array = Vectors(file);
        foreach (var part in path.Split('.'))
            array = array.GetProperty(part);
        var position = 0;
        foreach (var item in array.EnumerateArray())
        {
            var label = name is null ? item.GetProperty("name").GetString() : name(item);
            yield return new TestCaseData(item).SetArgDisplayNames($"{Path.GetFileNameWithoutExtension(file)} {path} #{position++} {label}");
        }
    }

    private static JsonElement Json(string relative)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(relative)));
        return document.RootElement.Clone();
    }

    private static string Setting(string key) =>
        typeof(TestData).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == key)?.Value
        ?? throw new InvalidOperationException($"The test project does not tell where {key} is: see tests/Directory.Build.props.");
}
