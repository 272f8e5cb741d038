using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Snet.Ethereum;
using Snet.Protobuf;

namespace Snet.Tests.Protobuf;

public class ProtoJsonVectorTests
{
    private static IEnumerable<TestCaseData> Messages => TestData.Cases("protobuf_wire.json", "messages", v => v.GetProperty("message").GetString());

    [TestCaseSource(nameof(Messages))]
    public void ToWire_Vector_GivesItsBytes(JsonElement vector)
    {
        var (message, fields, bytes) = Read(vector);

        Hex.Encode(ProtoJson.ToWire(message, fields)).ShouldBe(bytes);
    }

    [TestCaseSource(nameof(Messages))]
    public void FromWire_Vector_GivesItsFieldsAndNoOthers(JsonElement vector)
    {
        var (message, fields, bytes) = Read(vector);

        var read = ProtoJson.FromWire(message, Hex.Decode(bytes));

        foreach (var (name, value) in fields)
            Named(message.FindFieldByName(name), value).ShouldBe(read[name]!.ToJsonString(), StringCompareShould.IgnoreLineEndings);
        Hex.Encode(ProtoJson.ToWire(message, read)).ShouldBe(bytes);
    }

    /// <summary>Gives the vector's fields in proto3's JSON: bytes there are hexadecimal, here base64.</summary>
    private static (MessageDescriptor Message, JsonObject Fields, string Bytes) Read(JsonElement vector)
    {
        var message = ProtoFiles.Message(vector.GetProperty("message").GetString()!);
        var fields = JsonObject.Create(vector.GetProperty("fields"))!;
        ConvertBytes(message, fields);
        return (message, fields, vector.GetProperty("bytes").GetString()!);
    }

    private static void ConvertBytes(MessageDescriptor message, JsonObject fields)
    {
        foreach (var field in message.Fields.InDeclarationOrder().Where(field => fields.ContainsKey(field.Name)))
        {
            if (field.FieldType == FieldType.Bytes)
                fields[field.Name] = Convert.ToBase64String(Hex.Decode((string)fields[field.Name]!));
            else if (field.FieldType == FieldType.Message && !field.IsRepeated)
                ConvertBytes(field.MessageType, fields[field.Name]!.AsObject());
        }
    }

    /// <summary>Gives the JSON text that is expected back: enums by name, and inner messages with every field.</summary>
    private static string Named(FieldDescriptor field, JsonNode? value)
    {
        if (field.FieldType == FieldType.Enum && value is JsonArray list)
            return new JsonArray([.. list.Select(item => (JsonNode)field.EnumType.FindValueByNumber((int)item!).Name)]).ToJsonString();
        if (field.FieldType == FieldType.Enum)
            return $"\"{field.EnumType.FindValueByNumber((int)value!).Name}\"";
        if (field.FieldType == FieldType.Message && value is JsonObject fields && !field.IsMap)
            return Filled(field.MessageType, fields);
        if (field.FieldType == FieldType.Message && value is JsonArray items)
            return $"[{string.Join(',', items.Select(item => Filled(field.MessageType, item!.AsObject())))}]";
        return value!.ToJsonString();
    }

    private static string Filled(MessageDescriptor message, JsonObject fields)
    {
        var all = new List<string>();
        foreach (var field in message.Fields.InFieldNumberOrder().Where(field => fields.ContainsKey(field.Name) || !field.HasPresence))
            all.Add($"\"{field.Name}\":{(fields.TryGetPropertyValue(field.Name, out var value) ? Named(field, value) : Default(field))}");
        return $"{{{string.Join(',', all)}}}";
    }

    private static string Default(FieldDescriptor field) => field.IsRepeated ? "[]" : field.FieldType switch
    {
        FieldType.String or FieldType.Bytes => "\"\"",
        FieldType.UInt64 => "\"0\"",
        FieldType.Bool => "false",
        FieldType.Enum => $"\"{field.EnumType.FindValueByNumber(0).Name}\"",
        _ => throw new NotSupportedException($"No vector has an unset {field.FieldType} yet."),
    };
}
