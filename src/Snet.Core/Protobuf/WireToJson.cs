using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>Reads the bytes of one message as JSON; see <see cref="ProtoJson"/> for the mapping.</summary>
internal sealed class WireToJson(byte[] wire)
{
    /// <summary>How many fields may be filled in at their default. Two bytes can hold a message of any number of fields.</summary>
    private const int MaxDefaults = 4_000_000;

    private readonly ProtoJsonPath _path = new();
    private int _defaults;

    /// <summary>A part of the bytes: one message, or one occurrence of it.</summary>
    private readonly record struct Segment(int Start, int Length);

    public JsonObject Read(MessageDescriptor message)
    {
        try
        {
            var plain = ReadMessage(message, [new Segment(0, wire.Length)]);
            return WellKnownJson.IsStruct(message) ? WellKnownJson.Fold(message, plain)!.AsObject() : plain;
        }
        catch (InvalidProtocolBufferException problem)
        {
            throw _path.Error($"the bytes are no {message.FullName}: {problem.Message}", problem);
        }
    }

    /// <summary>Reads a message. When it came in several parts, later ones are merged into earlier ones: the wire's rule.</summary>
    private JsonObject ReadMessage(MessageDescriptor message, List<Segment> parts)
    {
        _path.Enter();
        var values = new Dictionary<int, object?>(); // JsonNode or null, and List<Segment> for single messages
        foreach (var part in parts)
            ReadFields(message, part, values);

        var json = new JsonObject();
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            if (values.TryGetValue(field.FieldNumber, out var value))
                json.Add(field.Name, value is List<Segment> segments ? ReadInner(field, segments) : (JsonNode?)value);
            else if (!field.HasPresence)
                json.Add(field.Name, Default(field));
        }

        _path.Leave();
        return json;
    }

    private JsonNode? ReadInner(FieldDescriptor field, List<Segment> parts)
    {
        _path.Push(field.Name);
        var json = WellKnownJson.Fold(field.MessageType, ReadMessage(field.MessageType, parts));
        _path.Pop();
        return json;
    }

    private JsonNode? Default(FieldDescriptor field)
    {
        if (++_defaults > MaxDefaults)
            throw _path.Error($"the message has more than {MaxDefaults} fields that are not set");
        return field.IsMap ? new JsonObject() : field.IsRepeated ? new JsonArray() : JsonScalar.Write(field, JsonScalar.DefaultOf(field));
    }

    private void ReadFields(MessageDescriptor message, Segment part, Dictionary<int, object?> values)
    {
        var input = Open(part);
        while (ReadTag(input, out var number, out var type))
        {
            var field = message.FindFieldByNumber(number);
            if (field is not null && type == WireValue.TypeOf(field) && type != WireFormat.WireType.StartGroup)
                ReadField(ref input, part, field, values);
            else if (field is not null && type == WireFormat.WireType.LengthDelimited && WireValue.IsPackable(field))
                ReadPacked(TakeSegment(ref input, part), field, ListOf(field, values));
            else
                input.SkipLastField();
        }
    }

    private void ReadField(ref CodedInputStream input, Segment part, FieldDescriptor field, Dictionary<int, object?> values)
    {
        if (field.IsMap)
            ReadEntry(TakeSegment(ref input, part), field, values);
        else if (field.IsRepeated && field.FieldType == FieldType.Message)
            ListOf(field, values).Add(ReadInner(field, [TakeSegment(ref input, part)]));
        else if (field.IsRepeated)
            ListOf(field, values).Add(JsonScalar.Write(field, WireValue.Read(input, field.FieldType)));
        else
            ReadSingle(ref input, part, field, values);
    }

    private static JsonArray ListOf(FieldDescriptor field, Dictionary<int, object?> values)
    {
        if (values.TryGetValue(field.FieldNumber, out var list))
            return (JsonArray)list!;
        var created = new JsonArray();
        values[field.FieldNumber] = created;
        return created;
    }

    private void ReadPacked(Segment block, FieldDescriptor field, JsonArray list)
    {
        var input = Open(block);
        while (!input.IsAtEnd)
            list.Add(JsonScalar.Write(field, WireValue.Read(input, field.FieldType)));
    }

    private void ReadSingle(ref CodedInputStream input, Segment part, FieldDescriptor field, Dictionary<int, object?> values)
    {
        foreach (var other in field.RealContainingOneof?.Fields ?? [])
        {
            if (other != field)
                values.Remove(other.FieldNumber);
        }

        if (field.FieldType != FieldType.Message)
            values[field.FieldNumber] = JsonScalar.Write(field, WireValue.Read(input, field.FieldType));
        else if (values.TryGetValue(field.FieldNumber, out var parts))
            ((List<Segment>)parts!).Add(TakeSegment(ref input, part));
        else
            values[field.FieldNumber] = new List<Segment> { TakeSegment(ref input, part) };
    }

    private void ReadEntry(Segment entry, FieldDescriptor field, Dictionary<int, object?> values)
    {
        var key = field.MessageType.FindFieldByNumber(1);
        var value = field.MessageType.FindFieldByNumber(2);
        object keyRead = JsonScalar.DefaultOf(key);
        var read = new Dictionary<int, object?>();
        var input = Open(entry);
        while (ReadTag(input, out var number, out var type))
        {
            if (number == 1 && type == WireValue.TypeOf(key))
                keyRead = WireValue.Read(input, key.FieldType);
            else if (number == 2 && type == WireValue.TypeOf(value))
                ReadSingle(ref input, entry, value, read);
            else
                input.SkipLastField();
        }

        if (!values.TryGetValue(field.FieldNumber, out var map))
            values[field.FieldNumber] = map = new JsonObject();
        _path.Push(JsonScalar.WriteKey(keyRead));
        ((JsonObject)map!)[JsonScalar.WriteKey(keyRead)] = ValueOf(value, read);
        _path.Pop();
    }

    private JsonNode? ValueOf(FieldDescriptor value, Dictionary<int, object?> read)
    {
        if (value.FieldType == FieldType.Message)
            return ReadInner(value, read.TryGetValue(2, out var parts) ? (List<Segment>)parts! : []);
        return read.TryGetValue(2, out var node) ? (JsonNode?)node : JsonScalar.Write(value, JsonScalar.DefaultOf(value));
    }

    private bool ReadTag(CodedInputStream input, out int number, out WireFormat.WireType type)
    {
        var tag = input.ReadTag();
        (number, type) = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag));
        return type <= WireFormat.WireType.Fixed32 ? tag != 0 : throw _path.Error($"the wire type {(int)type} does not exist");
    }

    private CodedInputStream Open(Segment part) => new(wire, part.Start, part.Length);

    /// <summary>Takes a length and that many bytes, without copying them; a new stream goes on behind them.</summary>
    private Segment TakeSegment(ref CodedInputStream input, Segment part)
    {
        var length = input.ReadLength();
        var start = (int)input.Position;
        if (length < 0 || length > part.Start + part.Length - start)
            throw _path.Error("a field inside is longer than the message");
        input = Open(new Segment(start + length, part.Start + part.Length - start - length));
        return new Segment(start, length);
    }
}
