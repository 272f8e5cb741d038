using System.Text.Json;
using System.Text.Json.Nodes;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>One file of scenarios: what it is about, on which daemon versions it holds, and the platform that it needs.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Versions">The daemon versions, such as <c>6.2.3</c>.</param>
/// <param name="Platform">Settings of the platform; empty for the plain one.</param>
/// <param name="Scenarios">In the file's order.</param>
internal sealed record ScenarioFile(string Name, IReadOnlyList<string> Versions, JsonObject Platform, IReadOnlyList<Scenario> Scenarios)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ScenarioException">It is malformed or has unknown members.</exception>
    public static ScenarioFile Read(string path)
    {
        var name = Path.GetFileName(path);
        var file = new Members(name, Parse(path));
        file.Text("about");
        var versions = file.List("daemon").Select(version => version!.GetValue<string>()).ToList();
        var platform = file.MaybeObject("platform") ?? [];
        var scenarios = file.List("scenarios").Select(scenario => ReadScenario(name, scenario!.AsObject())).ToList();
        file.End();
        if (versions.Count == 0 || scenarios.Count == 0)
            throw new ScenarioException($"{name} names no daemon version or no scenario");
        return new ScenarioFile(name, versions, platform, scenarios);
    }

    private static Scenario ReadScenario(string file, JsonObject json)
    {
        var scenario = new Members($"a scenario of {file}", json);
        var read = new Scenario(
            scenario.Text("id"), scenario.Text("title"), [.. scenario.List("steps").Select(step => step!.AsObject())]);
        scenario.End();
        return read;
    }

    private static JsonObject Parse(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new ScenarioException($"{path} holds no JSON object");
        }
        catch (JsonException e)
        {
            throw new ScenarioException($"{path} is no JSON: {e.Message}", e);
        }
    }
}

/// <summary>One scenario.</summary>
/// <param name="Id">Its name, unique in all files.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Steps">What is done, one after the other.</param>
internal sealed record Scenario(string Id, string Title, IReadOnlyList<JsonObject> Steps);
