using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Compares what came with what a scenario expects. Each method gives null when it fits, else what differs.</summary>
internal sealed class Matcher(Values values)
{
    /// <summary>Stands for any text in an expected text.</summary>
    public const string Anything = "<any>";

    /// <summary>Compares texts.</summary>
    public string? Text(string where, JsonNode expected, string actual)
    {
        var wanted = values.Text(expected);
        var pattern = "^" + string.Join(".*", wanted.Split(Anything).Select(Regex.Escape)) + "$";
        return Regex.IsMatch(actual, pattern, RegexOptions.Singleline | RegexOptions.CultureInvariant)
            ? null
            : $"{where} is '{Cut(actual)}' and not '{Cut(wanted)}'";
    }

    /// <summary>Compares bytes; <c>&lt;any&gt;</c> wants some.</summary>
    public string? Bytes(string where, JsonNode expected, byte[] actual)
    {
        if (IsAnything(expected))
            return actual.Length > 0 ? null : $"{where} is absent";
        var wanted = values.Bytes(expected);
        return actual.AsSpan().SequenceEqual(wanted)
            ? null
            : $"{where} is {Cut(Convert.ToHexStringLower(actual))} and not {Cut(Convert.ToHexStringLower(wanted))}";
    }

    /// <summary>Compares lists: element by element, or <c>$contains</c> and <c>$lacks</c> for one of them.</summary>
    public static string? List<T>(string where, JsonNode expected, IReadOnlyList<T> actual, Func<string, JsonNode, T, string?> compare)
    {
        if (expected is JsonObject { Count: > 0 } wanted)
            return wanted.Select(one => Element(where, one.Key, one.Value!, actual, compare)).FirstOrDefault(problem => problem is not null);
        if (expected is not JsonArray list)
            return $"{where} is a list, which {Cut(expected.ToJsonString())} is not";
        if (list.Count != actual.Count)
            return $"{where} has {actual.Count} elements and not {list.Count}";
        return list.Select((element, i) => compare($"{where}[{i}]", element!, actual[i])).FirstOrDefault(problem => problem is not null);
    }

    private static string? Element<T>(
        string where, string name, JsonNode element, IReadOnlyList<T> actual, Func<string, JsonNode, T, string?> compare)
    {
        var found = actual.Any(item => compare(where, element, item) is null);
        return name switch
        {
            "$contains" => found ? null : $"none of the {actual.Count} in {where} is {Cut(element.ToJsonString())}",
            "$lacks" => found ? $"one of those in {where} is {Cut(element.ToJsonString())}" : null,
            _ => throw new ScenarioException($"'{name}' is an expectation that the replayer does not know"),
        };
    }

    /// <summary>Compares JSON; only the members that are named count, and null wants them absent or empty.</summary>
    public string? Json(string where, JsonNode? expected, JsonNode? actual)
    {
        if (expected is null)
            return IsNothing(actual) ? null : $"{where} is {Cut(actual!.ToJsonString())} and not absent";
        if (actual is null)
            return $"{where} is absent";
        if (IsAnything(expected))
            return IsNothing(actual) ? $"{where} is absent" : null;
        if (expected is JsonArray || (expected is JsonObject { Count: > 0 } some && some.All(one => one.Key is "$contains" or "$lacks")))
            return actual is JsonArray list ? List<JsonNode?>(where, expected, [.. list], Json) : $"{where} is no list";
        if (expected is JsonObject wanted)
        {
            return actual is JsonObject members
                ? wanted.Select(member => Json($"{where}.{member.Key}", member.Value, members[member.Key])).FirstOrDefault(problem => problem is not null)
                : $"{where} is no object";
        }

        return expected.GetValueKind() == JsonValueKind.String && actual.GetValueKind() == JsonValueKind.String
            ? Text(where, expected, actual.GetValue<string>())
            : Literal(where, values.Json(expected)!, actual);
    }

    /// <summary>Compares a number that may have a point.</summary>
    public string? Real(string where, JsonNode expected, double actual)
    {
        var text = values.Text(expected);
        return double.Parse(text, CultureInfo.InvariantCulture).Equals(actual)
            ? null
            : $"{where} is {actual.ToString(CultureInfo.InvariantCulture)} and not {text}";
    }

    /// <summary>Whether any text fits.</summary>
    public static bool IsAnything(JsonNode? expected) => expected is JsonValue value && value.TryGetValue<string>(out var text) && text == Anything;

    private static bool IsNothing(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject members => members.Count == 0,
        _ => node.ToJsonString() is "\"\"" or "0" or "false",
    };

    // Numbers, truth values, and texts that stand for a number of the other side's.
    private static string? Literal(string where, JsonNode expected, JsonNode actual) => expected.ToString() == actual.ToString()
        ? null
        : $"{where} is {Cut(actual.ToJsonString())} and not {Cut(expected.ToJsonString())}";

    private static string Cut(string text) => text.Length <= 400 ? text : $"{text[..400]}… ({text.Length} characters)";
}
