using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Snet.Protobuf;

/// <summary>
/// The types of <c>google/protobuf/*.proto</c> that have a JSON form of their own: turns that form into the plain fields of the
/// message (<see cref="Expand"/>) and back (<see cref="Fold"/>).
/// </summary>
internal static partial class WellKnownJson
{
    private const string Wrapper = "wrapper";

    /// <summary>How long a duration may be, in seconds: 10,000 years (duration.proto).</summary>
    private const long MaxDurationSeconds = 315_576_000_000;

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$", RegexOptions.CultureInvariant)]
    private static partial Regex TimePattern { get; }

    [GeneratedRegex(@"^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern { get; }

    [GeneratedRegex("[A-Z]", RegexOptions.CultureInvariant)]
    private static partial Regex UpperCase { get; }

    [GeneratedRegex("_[a-z]", RegexOptions.CultureInvariant)]
    private static partial Regex WordBreak { get; }

    /// <summary>Says what a message takes, to end the sentence "expected …".</summary>
    public static string Describe(MessageDescriptor message) => NameOf(message) switch
    {
        "Timestamp" => "a time such as 2025-11-21T10:00:00Z",
        "Duration" => "a duration such as 1.5s",
        "FieldMask" => "the names of fields, with commas between",
        "ListValue" => "a JSON array",
        _ => "a JSON object",
    };

    /// <summary>Gives the plain fields that a JSON value stands for; null when the type or the value has no such form.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>>? Expand(MessageDescriptor message, JsonNode? node) => NameOf(message) switch
    {
        "Struct" when node is JsonObject => [new("fields", node)],
        "ListValue" when node is JsonArray => [new("values", node)],
        "Value" => [new(ValueField(node), node)],
        "Timestamp" => ExpandTime(node),
        "Duration" => ExpandDuration(node),
        "FieldMask" when JsonScalar.Text(node) is { } paths => [new("paths", new JsonArray([.. SplitMask(paths)]))],
        Wrapper when node is not JsonObject => [new("value", node)],
        _ => null,
    };

    /// <summary>Gives the JSON form of a message whose plain fields are given. What has no such form stays as it is.</summary>
    public static JsonNode? Fold(MessageDescriptor message, JsonObject plain) => NameOf(message) switch
    {
        "Struct" => Take(plain, "fields"),
        "ListValue" => Take(plain, "values"),
        "Value" => plain.Count > 0 ? Take(plain, plain.First().Key) : null,
        "Timestamp" => FoldText(new Timestamp { Seconds = Long(plain), Nanos = (int)plain["nanos"]! }.ToDiagnosticString(), plain),
        "Duration" => FoldText(new Duration { Seconds = Long(plain), Nanos = (int)plain["nanos"]! }.ToDiagnosticString(), plain),
        "FieldMask" => (JsonNode?)FoldMask([.. plain["paths"]!.AsArray().Select(path => (string)path!)]) ?? plain,
        Wrapper => Take(plain, "value"),
        _ => plain,
    };

    /// <summary>Says whether JSON's null is a value of this field, and not the absence of one.</summary>
    public static bool IsNullable(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Enum => field.EnumType.Name == "NullValue" && WellKnownProtos.Contains(field.EnumType.File.Name),
        FieldType.Message => NameOf(field.MessageType) == "Value",
        _ => false,
    };

    /// <summary>Says whether a message is a <c>Struct</c>, the one type whose JSON form is an object and differs from its fields.</summary>
    public static bool IsStruct(MessageDescriptor message) => NameOf(message) == "Struct";

    /// <summary>Gives the type's name, or one name for all wrappers; empty when it is none of these types.</summary>
    private static string NameOf(MessageDescriptor message)
    {
        if (!WellKnownProtos.Contains(message.File.Name))
            return "";
        return message.File.Name == "google/protobuf/wrappers.proto" ? Wrapper : message.Name;
    }

    private static string ValueField(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "null_value",
        JsonValueKind.Object => "struct_value",
        JsonValueKind.Array => "list_value",
        JsonValueKind.String => "string_value",
        JsonValueKind.Number => "number_value",
        _ => "bool_value",
    };

    private static KeyValuePair<string, JsonNode?>[]? ExpandTime(JsonNode? node)
    {
        if (JsonScalar.Text(node) is not { } text || TimePattern.Match(text) is not { Success: true } match)
            return null;
        var wholeSeconds = match.Groups[1].Value + match.Groups[3].Value;
        const string Format = "yyyy-MM-ddTHH:mm:ssK";
        return DateTimeOffset.TryParseExact(wholeSeconds, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? Seconds(time.ToUnixTimeSeconds(), Nanos(match.Groups[2].Value))
            : null;
    }

    private static KeyValuePair<string, JsonNode?>[]? ExpandDuration(JsonNode? node)
    {
        if (JsonScalar.Text(node) is not { } text || DurationPattern.Match(text) is not { Success: true } match)
            return null;
        var seconds = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        var sign = match.Groups[1].Length == 0 ? 1 : -1;
        return seconds <= MaxDurationSeconds ? Seconds(sign * seconds, sign * Nanos(match.Groups[3].Value)) : null;
    }

    private static KeyValuePair<string, JsonNode?>[] Seconds(long seconds, int nanos)
        => [new("seconds", JsonValue.Create(seconds)), new("nanos", JsonValue.Create(nanos))];

    private static int Nanos(string fraction) => int.Parse(fraction.PadRight(9, '0'), CultureInfo.InvariantCulture);

    /// <summary>Takes the paths out of their one text, from lowerCamelCase to names as in a <c>.proto</c> file.</summary>
    private static IEnumerable<string> SplitMask(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(path => UpperCase.Replace(path, letter => "_" + letter.Value.ToLowerInvariant()));

    /// <summary>Joins the paths; null when they would not come back the same.</summary>
    private static JsonValue? FoldMask(string[] paths)
    {
        var text = WordBreak.Replace(string.Join(',', paths), word => word.Value[1..].ToUpperInvariant());
        return SplitMask(text).SequenceEqual(paths) ? JsonValue.Create(text) : null;
    }

    private static JsonNode? Take(JsonObject plain, string name)
    {
        var node = plain[name];
        plain.Remove(name);
        return node;
    }

    private static long Long(JsonObject plain) => long.Parse((string)plain["seconds"]!, CultureInfo.InvariantCulture);

    /// <summary>Takes Google's own form: a quoted text, or an object for values that cannot be written as one.</summary>
    private static JsonNode FoldText(string diagnostic, JsonObject plain)
        => diagnostic.StartsWith('"') ? JsonValue.Create(diagnostic[1..^1]) : plain;
}
