using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Reads a JSON object member by member and remembers which were read, so that none is passed over silently.</summary>
/// <param name="what">What the object is, for messages.</param>
/// <param name="json">The object.</param>
internal sealed class Members(string what, JsonObject json)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>Whether the member is there, be it null.</summary>
    public bool Has(string name) => json.ContainsKey(name);

    /// <summary>Gives a member, or null when it is absent or null itself.</summary>
    public JsonNode? Take(string name)
    {
        _read.Add(name);
        return json.TryGetPropertyValue(name, out var value) ? value : null;
    }

    /// <summary>Gives a member that must be there and not null.</summary>
    public JsonNode Need(string name) => Take(name) ?? throw new ScenarioException($"{what} has no member '{name}'");

    /// <summary>Gives a text as it stands in the file.</summary>
    public string Text(string name) =>
        Need(name) is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Wrong(name, "a text");

    /// <summary>Gives an object, or null when it is absent.</summary>
    public JsonObject? MaybeObject(string name) => Take(name) switch
    {
        null => null,
        JsonObject value => value,
        _ => throw Wrong(name, "an object"),
    };

    /// <summary>Gives an object.</summary>
    public JsonObject Object(string name) => Need(name) as JsonObject ?? throw Wrong(name, "an object");

    /// <summary>Gives a list.</summary>
    public JsonArray List(string name) => Need(name) as JsonArray ?? throw Wrong(name, "a list");

    /// <summary>Gives true or false; absent is false.</summary>
    public bool Flag(string name) => Take(name) switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>Gives a whole number that is written as a number; null when absent.</summary>
    public int? Count(string name) => Take(name) switch
    {
        null => null,
        { } node when node.GetValueKind() == JsonValueKind.Number && BigInteger.TryParse(node.ToJsonString(), out var number) => (int)number,
        _ => throw Wrong(name, "a whole number"),
    };

    /// <summary>Says that all is read.</summary>
    /// <exception cref="ScenarioException">There are members that nobody asked for.</exception>
    public void End()
    {
        var unknown = json.Select(member => member.Key).Where(name => !_read.Contains(name)).ToList();
        if (unknown.Count > 0)
            throw new ScenarioException($"{what} has members that the replayer does not know: {string.Join(", ", unknown)}");
    }

    private ScenarioException Wrong(string name, string wanted) => new($"{what}: '{name}' is not {wanted}");
}
