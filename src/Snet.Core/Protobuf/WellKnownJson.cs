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
    public const string Struct = "google.protobuf.Struct";
    private const string Prefix = "google.protobuf.";
    private const string Wrapper = "wrapper";

    /// <summary>How long a duration may be, in seconds: 10,000 years (duration.proto).</summary>
    private const long MaxDurationSeconds = 315_576_000_000;

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$", RegexOptions.CultureInvariant)]
    private static partial Regex TimePattern { get; }

    [GeneratedRegex(@"^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern { get; }

    /// <summary>Says what a message takes, to end the sentence "expected …".</summary>
    public static string Describe(MessageDescriptor message) => NameOf(message) switch
    {
        "Timestamp" => "a time such as 2025-11-21T10:00:00Z",
        "Duration" => "a duration such as 1.5s",
        "FieldMask" => "the names of fields, with commas between",
        "ListValue" => "a JSON array",
        _ => "a JSON object",
    };

    /// <summary>Gives the plain fields that a JSON value stands for; null when the type has no form of its own or the value is not in it.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>>? Expand(MessageDescriptor message, JsonNode? node) => NameOf(message) switch
    {
        "Struct" when node is JsonObject => [new("fields", node)],
        "ListValue" when node is JsonArray => [new("values", node)],
        "Value" => [new(ValueField(node), node)],
        "Timestamp" => ExpandTime(node),
        "Duration" => ExpandDuration(node),
        "FieldMask" when IsText(node, out var paths) => [new("paths", ExpandMask(paths))],
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
        "FieldMask" => FoldText(new FieldMask { Paths = { plain["paths"]!.AsArray().Select(path => (string)path!) } }.ToDiagnosticString(), plain),
        Wrapper => Take(plain, "value"),
        _ => plain,
    };

    /// <summary>Says whether JSON's null is a value of this field, and not the absence of one.</summary>
    public static bool IsNullable(FieldDescriptor field)
        => (field.FieldType == FieldType.Enum && field.EnumType.FullName == Prefix + "NullValue")
            || (field.FieldType == FieldType.Message && field.MessageType.FullName == Prefix + "Value");

    /// <summary>Gives the type's name within its package, or one name for all wrappers; empty for any other package.</summary>
    private static string NameOf(MessageDescriptor message)
    {
        if (!message.FullName.StartsWith(Prefix, StringComparison.Ordinal))
            return "";
        return message.File.Name.EndsWith("wrappers.proto", StringComparison.Ordinal) ? Wrapper : message.FullName[Prefix.Length..];
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

    private static bool IsText(JsonNode? node, out string text)
    {
        text = "";
        return node is JsonValue value && value.TryGetValue(out text!);
    }

    private static KeyValuePair<string, JsonNode?>[]? ExpandTime(JsonNode? node)
    {
        if (!IsText(node, out var text) || TimePattern.Match(text) is not { Success: true } match)
            return null;
        var isTime = DateTimeOffset.TryParseExact(
            match.Groups[1].Value + match.Groups[3].Value, "yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        return isTime ? Seconds(time.ToUnixTimeSeconds(), Nanos(match.Groups[2].Value)) : null;
    }

    private static KeyValuePair<string, JsonNode?>[]? ExpandDuration(JsonNode? node)
    {
        if (!IsText(node, out var text) || DurationPattern.Match(text) is not { Success: true } match)
            return null;
        var seconds = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        var sign = match.Groups[1].Length == 0 ? 1 : -1;
        return seconds <= MaxDurationSeconds ? Seconds(sign * seconds, sign * Nanos(match.Groups[3].Value)) : null;
    }

    private static KeyValuePair<string, JsonNode?>[] Seconds(long seconds, int nanos)
        => [new("seconds", JsonValue.Create(seconds)), new("nanos", JsonValue.Create(nanos))];

    private static int Nanos(string fraction) => int.Parse(fraction.PadRight(9, '0'), CultureInfo.InvariantCulture);

    private static JsonArray ExpandMask(string paths)
    {
        var snakeCase = paths.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => string.Concat(path.Select(c => char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : c.ToString())));
        return [.. snakeCase.Select(path => JsonValue.Create(path))];
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
