using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Sdk.Sandbox;
using Snet.Tests;

namespace Snet.Sdk.Tests.Training.Uploads;

/// <summary>An upload of a recorded scenario: what the client sends, and what the provider then has to have.</summary>
/// <param name="Id">The scenario's id.</param>
/// <param name="Version">The daemon that it is played on.</param>
/// <param name="ModelName">The model's name, whose words steer the provider.</param>
/// <param name="Data">The dataset.</param>
/// <param name="PartSize">The size of all parts but the last.</param>
/// <param name="Parts">How many parts there are.</param>
/// <param name="FileName">The dataset's name.</param>
/// <param name="MineBetween">How many blocks come between two parts.</param>
/// <param name="Provider">What the provider is expected to have received; null when the scenario does not say.</param>
internal sealed record UploadScenario(
    string Id, SandboxDaemonVersion Version, string ModelName, byte[] Data, int PartSize, int Parts, string FileName, int MineBetween, JsonArray? Provider)
{
    public override string ToString() => $"{Id} on {Version}";

    /// <summary>Reads all scenarios of the files of uploads, once for each daemon that they hold on.</summary>
    public static IEnumerable<UploadScenario> ReadAll() =>
        from file in Directory.GetFiles(Path.Combine(TestData.Root, "scenarios"), "upload-*.json").Order()
        let content = TestData.Scenario(Path.GetFileName(file))
        from daemon in content.GetProperty("daemon").EnumerateArray()
        let version = Enum.Parse<SandboxDaemonVersion>("V" + daemon.GetString()![..3].Replace('.', '_'))
        from scenario in content.GetProperty("scenarios").EnumerateArray()
        select Read(scenario, version);

    private static UploadScenario Read(JsonElement scenario, SandboxDaemonVersion version)
    {
        var steps = scenario.GetProperty("steps").EnumerateArray().ToList();
        var upload = steps.First(step => Method(step).EndsWith("/upload_and_validate", StringComparison.Ordinal));
        List<byte[]> parts = [.. upload.GetProperty("requests").EnumerateArray().Where(HasInput).Select(request => Bytes(request.GetProperty("upload_input").GetProperty("data")))];
        var create = steps.First(step => Method(step).EndsWith("/create_model", StringComparison.Ordinal));
        var provider = steps.FirstOrDefault(step => step.GetProperty("step").GetString() == "provider");
        return new UploadScenario(
            scenario.GetProperty("id").GetString()!, version, create.GetProperty("request").GetProperty("model").GetProperty("name").GetString()!,
            [.. parts.SelectMany(part => part)], parts.Count == 0 ? 1 : parts[0].Length, parts.Count, "data.zip",
            upload.TryGetProperty("mineBetween", out var blocks) ? blocks.GetInt32() : 0,
            provider.ValueKind == JsonValueKind.Undefined ? null : JsonNode.Parse(provider.GetRawText())!["expect"]!["uploads"]!.AsArray());
    }

    private static string Method(JsonElement step) => step.TryGetProperty("method", out var method) ? method.GetString()! : "";

    private static bool HasInput(JsonElement request) => request.TryGetProperty("upload_input", out _);

    private static byte[] Bytes(JsonElement data) =>
        data.TryGetProperty("$utf8", out var text) ? Encoding.UTF8.GetBytes(text.GetString()!) : new byte[data.GetProperty("$zeros").GetInt32()];
}
