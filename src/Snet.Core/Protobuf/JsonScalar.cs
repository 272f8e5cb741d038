using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>Single values in JSON: all but messages, lists and maps. Values in memory are those of <see cref="WireValue"/>.</summary>
internal static class JsonScalar
{
    /// <summary>Says what a field takes, to end the sentence "expected …".</summary>
    public static string Describe(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Double or FieldType.Float => "a number in range, or the text NaN, Infinity or -Infinity",
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => $"a whole number from {long.MinValue} to {long.MaxValue}",
        FieldType.UInt64 or FieldType.Fixed64 => $"a whole number from 0 to {ulong.MaxValue}",
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => $"a whole number from {int.MinValue} to {int.MaxValue}",
        FieldType.UInt32 or FieldType.Fixed32 => $"a whole number from 0 to {uint.MaxValue}",
        FieldType.Bool => "true or false",
        FieldType.String => "a text",
        FieldType.Bytes => "base64 text",
        FieldType.Enum => $"a number or one of {string.Join(", ", field.EnumType.Values.Select(value => value.Name))}",
        _ => $"no value at all: {field.FieldType} is not supported",
    };

    /// <summary>Reads a value; null when it does not fit the field.</summary>
    public static object? Read(FieldDescriptor field, JsonNode? node) => field.FieldType switch
    {
        FieldType.Double => double.TryParse(NumberText(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && (double.IsFinite(number) || IsText(node)) ? number : null,
        FieldType.Float => float.TryParse(NumberText(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && (float.IsFinite(number) || IsText(node)) ? number : null,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (long?)WholeNumber(node, long.MinValue, long.MaxValue),
        FieldType.UInt64 or FieldType.Fixed64 => (ulong?)WholeNumber(node, ulong.MinValue, ulong.MaxValue),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (int?)WholeNumber(node, int.MinValue, int.MaxValue),
        FieldType.UInt32 or FieldType.Fixed32 => (uint?)WholeNumber(node, uint.MinValue, uint.MaxValue),
        FieldType.Bool => node?.GetValueKind() switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null },
        FieldType.String => Text(node),
        FieldType.Bytes => Bytes(Text(node)),
        FieldType.Enum when node is null => 0, // NullValue.NULL_VALUE, the only one that takes a null
        FieldType.Enum when IsText(node) => field.EnumType.FindValueByName(Text(node)!)?.Number,
        FieldType.Enum => (int?)WholeNumber(node, int.MinValue, int.MaxValue),
        _ => null,
    };

    /// <summary>Reads the key of a map, which JSON writes as a text whatever its type.</summary>
    public static object? ReadKey(FieldDescriptor key, string text) => key.FieldType == FieldType.Bool
        ? text switch { "true" => true, "false" => false, _ => null }
        : Read(key, JsonValue.Create(text));

    /// <summary>Gives the JSON of a value; null for <c>NullValue</c>.</summary>
    public static JsonNode? Write(FieldDescriptor field, object value) => value switch
    {
        double number => double.IsFinite(number) ? Number(number) : JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        float number => float.IsFinite(number) ? Number(number) : JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        long number => JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        ulong number => JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        int when WellKnownJson.IsNullable(field) => null,
        int number when field.FieldType == FieldType.Enum && field.EnumType.FindValueByNumber(number) is { } named
            => JsonValue.Create(named.Name),
        int number => Number(number),
        uint number => Number(number),
        bool flag => JsonValue.Create(flag),
        string text => JsonValue.Create(text),
        _ => JsonValue.Create(((ByteString)value).ToBase64()),
    };

    /// <summary>Gives the JSON text that names a value as the key of a map.</summary>
    public static string WriteKey(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Gives what a field without presence holds when the wire does not mention it.</summary>
    public static object DefaultOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Double => 0d,
        FieldType.Float => 0f,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => 0L,
        FieldType.UInt64 or FieldType.Fixed64 => 0UL,
        FieldType.UInt32 or FieldType.Fixed32 => 0U,
        FieldType.Bool => false,
        FieldType.String => "",
        FieldType.Bytes => ByteString.Empty,
        _ => 0,
    };

    private static bool IsText(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;

    /// <summary>Gives the text of a JSON text, also of one that was made from another type such as <see cref="Guid"/>; else null.</summary>
    public static string? Text(JsonNode? node)
    {
        if (!IsText(node))
            return null;
        if (node!.AsValue().TryGetValue(out string? text))
            return text;
        using var parsed = JsonDocument.Parse(node.ToJsonString());
        return parsed.RootElement.GetString();
    }

    /// <summary>Gives the digits of a JSON number or text. A .NET number that is not finite is no JSON.</summary>
    private static string? NumberText(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => Text(node),
        JsonValueKind.Number when IsFinite(node.AsValue()) => node.ToJsonString(),
        _ => null,
    };

    private static bool IsFinite(JsonValue value) => value.TryGetValue(out double wide)
        ? double.IsFinite(wide)
        : !value.TryGetValue(out float narrow) || float.IsFinite(narrow);

    /// <summary>Reads a whole number; <c>1.0</c> and <c>1e3</c> are such numbers too.</summary>
    private static decimal? WholeNumber(JsonNode? node, decimal least, decimal most)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var isNumber = decimal.TryParse(NumberText(node), Style, CultureInfo.InvariantCulture, out var number);
        return isNumber && decimal.IsInteger(number) && number >= least && number <= most ? number : null;
    }

    /// <summary>Reads base64 in the standard and in the address-safe alphabet, with or without padding.</summary>
    private static ByteString? Bytes(string? text)
    {
        if (text is null)
            return null;
        var standard = text.Replace('-', '+').Replace('_', '/');
        if (standard.Length % 4 != 0)
            standard = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        var bytes = new byte[standard.Length / 4 * 3];
        return Convert.TryFromBase64String(standard, bytes, out var length)
            ? UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(0, length))
            : null;
    }

    // Kept as text, the number reads as whatever the caller asks for: GetValue<double>() of a float, GetValue<long>() of an int32.
    private static JsonNode Number(IFormattable number) => JsonNode.Parse(number.ToString(null, CultureInfo.InvariantCulture))!;
}
