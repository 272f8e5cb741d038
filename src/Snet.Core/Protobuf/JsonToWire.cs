using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>Writes one JSON object as a message; see <see cref="ProtoJson"/> for the mapping.</summary>
internal sealed class JsonToWire
{
    private readonly ProtoJsonPath _path = new();

    public byte[] Write(MessageDescriptor message, JsonObject json)
    {
        var members = WellKnownJson.IsStruct(message) ? WellKnownJson.Expand(message, json) : null;
        return WriteMessage(message, members ?? json).ToArray();
    }

    private MemoryStream WriteMessage(MessageDescriptor message, IEnumerable<KeyValuePair<string, JsonNode?>> members)
    {
        _path.Enter();
        var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, bufferSize: 256, leaveOpen: true))
        {
            foreach (var (field, node) in Match(message, members).Values)
            {
                _path.Push(field.Name);
                WriteField(output, field, node);
                _path.Pop();
            }
        }

        _path.Leave();
        return buffer;
    }

    /// <summary>Finds the field of each member, and sorts by number. A null is no member, unless null is a value.</summary>
    private SortedList<int, (FieldDescriptor Field, JsonNode? Node)> Match(
        MessageDescriptor message, IEnumerable<KeyValuePair<string, JsonNode?>> members)
    {
        var matched = new SortedList<int, (FieldDescriptor, JsonNode?)>();
        var oneofs = new HashSet<OneofDescriptor>();
        foreach (var (name, node) in Members(members))
        {
            var field = message.FindFieldByName(name)
                ?? message.Fields.InDeclarationOrder().FirstOrDefault(candidate => candidate.JsonName == name)
                ?? throw UnknownField(message, name);
            if (node is null && (field.IsRepeated || !WellKnownJson.IsNullable(field)))
                continue;
            if (!matched.TryAdd(field.FieldNumber, (field, node)))
                throw _path.Error($"the field {field.Name} is given twice");
            if (field.RealContainingOneof is { } oneof && !oneofs.Add(oneof))
                throw _path.Error($"more than one field of the oneof {oneof.Name} is given");
        }

        return matched;
    }

    private List<KeyValuePair<string, JsonNode?>> Members(IEnumerable<KeyValuePair<string, JsonNode?>> members)
    {
        try
        {
            return [.. members];
        }
        catch (ArgumentException problem) // what a parsed JsonObject throws when it is first looked into
        {
            throw _path.Error("the JSON object has two members of one name", problem);
        }
    }

    private ProtoJsonException UnknownField(MessageDescriptor message, string name)
    {
        _path.Push(name);
        var fields = string.Join(", ", message.Fields.InDeclarationOrder().Select(field => field.Name));
        return _path.Error($"{message.FullName} has no such field; it has {(fields.Length == 0 ? "none" : fields)}");
    }

    private void WriteField(CodedOutputStream output, FieldDescriptor field, JsonNode? node)
    {
        if (field.IsMap)
            WriteMap(output, field, node as JsonObject ?? throw _path.Error("expected a JSON object"));
        else if (field.IsRepeated)
            WriteList(output, field, node as JsonArray ?? throw _path.Error("expected a JSON array"));
        else if (Convert(field, node) is var value && (field.HasPresence || !WireValue.IsDefault(value)))
            WireValue.WriteWithTag(output, field, value);
    }

    private void WriteMap(CodedOutputStream output, FieldDescriptor field, JsonObject map)
    {
        var key = field.MessageType.FindFieldByNumber(1);
        var value = field.MessageType.FindFieldByNumber(2);
        foreach (var (name, node) in Members(map))
        {
            _path.Push(name);
            var keyRead = JsonScalar.ReadKey(key, name) ?? throw _path.Error($"expected {JsonScalar.Describe(key)} as key");
            var entry = new MemoryStream();
            using (var inner = new CodedOutputStream(entry, bufferSize: 256, leaveOpen: true))
            {
                WireValue.WriteWithTag(inner, key, keyRead);
                WireValue.WriteWithTag(inner, value, Convert(value, node));
            }

            WireValue.WriteWithTag(output, field, Wrap(entry));
            _path.Pop();
        }
    }

    private void WriteList(CodedOutputStream output, FieldDescriptor field, JsonArray list)
    {
        var isPacked = field.IsPacked && WireValue.IsPackable(field);
        var block = new MemoryStream();
        using var inner = new CodedOutputStream(block, bufferSize: 256);
        for (var i = 0; i < list.Count; i++)
        {
            _path.Push(i);
            if (isPacked)
                WireValue.Write(inner, field.FieldType, Convert(field, list[i]));
            else
                WireValue.WriteWithTag(output, field, Convert(field, list[i]));
            _path.Pop();
        }

        inner.Flush();
        if (block.Length > 0)
            WireValue.WriteBytes(output, field.FieldNumber, Wrap(block));
    }

    private object Convert(FieldDescriptor field, JsonNode? node)
    {
        if (node is null && !WellKnownJson.IsNullable(field))
            throw _path.Error("null has no place in a list or map");
        if (field.FieldType != FieldType.Message)
            return JsonScalar.Read(field, node) ?? throw _path.Error($"expected {JsonScalar.Describe(field)}");

        var members = WellKnownJson.Expand(field.MessageType, node) ?? node as JsonObject
            ?? throw _path.Error($"expected {WellKnownJson.Describe(field.MessageType)}");
        return Wrap(WriteMessage(field.MessageType, members));
    }

    private static ByteString Wrap(MemoryStream bytes) => UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
}
