using System.Collections;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Compares protobuf messages with expectations that name only the fields that matter.</summary>
internal sealed class MessageMatcher(Matcher matcher, Values values)
{
    /// <summary>Gives null when the message fits, else what differs.</summary>
    public string? Message(string where, JsonNode expected, IMessage actual)
    {
        if (expected is not JsonObject members)
            throw new ScenarioException($"{where}: {expected.ToJsonString()} describes no message");
        foreach (var (name, wanted) in members)
        {
            // google.protobuf's own types are written with their JSON names.
            var field = actual.Descriptor.Fields.InDeclarationOrder().FirstOrDefault(field => field.Name == name || field.JsonName == name)
                ?? throw new ScenarioException($"{where}: {actual.Descriptor.FullName} has no field '{name}'");
            if (Field($"{where}.{name}", wanted, field, actual) is { } problem)
                return problem;
        }

        return null;
    }

    private string? Field(string where, JsonNode? expected, FieldDescriptor field, IMessage message)
    {
        var value = field.Accessor.GetValue(message);
        if (expected is null)
            return IsAbsent(value) ? null : $"{where} is there and should be absent: {value}";
        if (field.IsMap)
            return Map(where, expected, field, (IDictionary)value);
        if (field.IsRepeated)
            return Matcher.List(where, expected, ((IList)value).Cast<object>().ToList(), (place, one, item) => Single(place, one, field, item));
        return value is null ? $"{where} is absent" : Single(where, expected, field, value);
    }

    private string? Map(string where, JsonNode expected, FieldDescriptor field, IDictionary actual)
    {
        if (expected is not JsonObject entries)
            throw new ScenarioException($"{where}: {expected.ToJsonString()} describes no map");
        var type = field.MessageType.FindFieldByNumber(2);
        foreach (var (key, wanted) in entries)
        {
            var problem = (wanted, actual[key]) switch
            {
                (null, null) => null,
                (null, _) => $"{where}.{key} is there and should be absent",
                (_, null) => $"{where}.{key} is absent",
                var (one, value) => Single($"{where}.{key}", one, type, value),
            };
            if (problem is not null)
                return problem;
        }

        return null;
    }

    private string? Single(string where, JsonNode expected, FieldDescriptor field, object value) => value switch
    {
        IMessage message => Message(where, expected, message),
        ByteString bytes => matcher.Bytes(where, expected, bytes.ToByteArray()),
        "" when Matcher.IsAnything(expected) => $"{where} is absent",
        string text => matcher.Text(where, expected, text),
        float or double => matcher.Real(where, expected, Convert.ToDouble(value, null)),
        bool flag => matcher.Json(where, expected, JsonValue.Create(flag)),
        Enum when expected.GetValueKind() == JsonValueKind.Number => matcher.Json(where, expected, JsonValue.Create((int)value)),
        Enum => Enumerated(where, expected, field.EnumType, (int)value),
        _ when Matcher.IsAnything(expected) => null,
        _ => values.Number(expected) == BigInteger.Parse(value.ToString()!, null) ? null : $"{where} is {value} and not {values.Number(expected)}",
    };

    private string? Enumerated(string where, JsonNode expected, EnumDescriptor type, int value)
    {
        var name = type.FindValueByNumber(value)?.Name ?? value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return matcher.Text(where, expected, name);
    }

    // Nothing on the wire: null, empty, zero, the first value of an enum.
    private static bool IsAbsent(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        ByteString bytes => bytes.IsEmpty,
        ICollection many => many.Count == 0,
        IMessage => false,
        bool flag => !flag,
        Enum => (int)value == 0,
        _ => Convert.ToDouble(value, null) == 0,
    };
}
