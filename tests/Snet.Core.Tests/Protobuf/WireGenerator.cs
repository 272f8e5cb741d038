using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Snet.Protobuf;

namespace Snet.Tests.Protobuf;

/// <summary>
/// Random bytes of a given message: fields in any order, single ones more than once, lists packed or not, map entries without key
/// or value. Google's generated reader then says what they mean.
/// </summary>
internal static class WireGenerator
{
    private static readonly Gen<double> Double = ArbMap.Default.GeneratorFor<double>();
    private static readonly Gen<long> Long = Gen.OneOf(
        Gen.Elements(0L, 1L, -1L, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue), ArbMap.Default.GeneratorFor<long>());
    private static readonly Gen<string> Text = Gen.Elements("", "a", "é", "😀", "\"", "\\", "\0", "\n", "<", "\u2028", "key", "0", "true")
        .ListOf().Select(string.Concat);

    public static Gen<byte[]> Message(MessageDescriptor message, int depth = 3) => message.FullName switch
    {
        "google.protobuf.Timestamp" => Seconds(Gen.Choose(int.MinValue, int.MaxValue).Select(s => s * 28L), Gen.Choose(0, 999_999_999)),
        "google.protobuf.Duration" => Gen.Elements(-1, 1).SelectMany(sign =>
            Seconds(Gen.Choose(0, int.MaxValue).Select(s => sign * 140L * s), Gen.Choose(0, 999_999_999).Select(n => sign * n))),
        "google.protobuf.FieldMask" => Gen.Elements("a", "b_c", "d.e_f").ListOf().Select(paths => Write(output =>
        {
            foreach (var path in paths)
                WireValue.WriteBytes(output, 1, ByteString.CopyFromUtf8(path));
        })),
        "google.protobuf.Value" => Gen.Elements(message.Fields.InFieldNumberOrder().Take(depth > 0 ? 6 : 4))
            .SelectMany(field => Occurrence(field, depth)),
        _ when message.Fields.InFieldNumberOrder().Count == 0 => Gen.Constant(Array.Empty<byte>()),
        _ => Gen.Elements(message.Fields.InFieldNumberOrder().AsEnumerable()).ListOf()
            .SelectMany(fields => Gen.CollectToList(Once(fields), field => Occurrence(field, depth)))
            .Select(parts => parts.SelectMany(part => part).ToArray()),
    };

    /// <summary>Leaves the second occurrence of a wrapper away: the generated C# merges those in a way of its own.</summary>
    private static IEnumerable<FieldDescriptor> Once(IEnumerable<FieldDescriptor> fields)
    {
        var seen = new HashSet<FieldDescriptor>();
        return fields.Where(field => seen.Add(field)
            || field.FieldType != FieldType.Message || field.MessageType.File.Name != "google/protobuf/wrappers.proto");
    }

    private static Gen<byte[]> Occurrence(FieldDescriptor field, int depth)
    {
        if (field.FieldType == FieldType.Message && depth <= 0 && !WellKnownJson.IsNullable(field))
            return Gen.Constant(Array.Empty<byte>());
        if (field.IsMap)
            return Entry(field.MessageType, depth).Select(bytes => Write(output => WireValue.WriteBytes(output, field.FieldNumber, ByteString.CopyFrom(bytes))));

        var single = Value(field, depth).Select(value => Write(output => WireValue.WriteWithTag(output, field, value)));
        var isPackable = field.IsRepeated && field.FieldType is not (FieldType.String or FieldType.Bytes or FieldType.Message);
        return isPackable ? Gen.OneOf(single, Packed(field)) : single;
    }

    private static Gen<byte[]> Entry(MessageDescriptor entry, int depth)
    {
        var value = entry.FindFieldByNumber(2);
        if (WellKnownJson.IsNullable(value)) // Google writes JSON for such values only when key and value are there
        {
            return from key in Gen.Elements("a", "b", "\u2028", "\"")
                   from one in Occurrence(value, depth - 1)
                   select (byte[])[.. Key(key), .. one];
        }

        return from keys in Occurrence(entry.FindFieldByNumber(1), depth).ListOf()
               from values in Occurrence(value, depth - 1)
               from hasValue in Gen.Elements(true, false)
               select keys.Take(2).Append(hasValue ? values : []).SelectMany(part => part).ToArray();

        static byte[] Key(string key) => Write(output => WireValue.WriteBytes(output, 1, ByteString.CopyFromUtf8(key)));
    }

    private static Gen<byte[]> Packed(FieldDescriptor field) => Value(field, 0).ListOf().Select(values =>
    {
        var block = Write(output =>
        {
            foreach (var value in values)
                WireValue.Write(output, field.FieldType, value);
        });
        return Write(output => WireValue.WriteBytes(output, field.FieldNumber, ByteString.CopyFrom(block)));
    });

    private static Gen<object> Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Double when field.Name == "number_value" => Double.Where(double.IsFinite).Select(value => (object)value), // JSON has no others here
        FieldType.Double => Double.Select(value => (object)value),
        FieldType.Float => Double.Select(value => (object)(float)value),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Long.Select(value => (object)value),
        FieldType.UInt64 or FieldType.Fixed64 => Long.Select(value => (object)(ulong)value),
        FieldType.UInt32 or FieldType.Fixed32 => Long.Select(value => (object)(uint)value),
        FieldType.Bool => Gen.Elements<object>(true, false),
        FieldType.String => Text.Select(value => (object)value),
        FieldType.Bytes => Gen.Choose(0, 255).ListOf().Select(bytes => (object)ByteString.CopyFrom([.. bytes.Select(b => (byte)b)])),
        FieldType.Message => Message(field.MessageType, depth - 1).Select(bytes => (object)ByteString.CopyFrom(bytes)),
        FieldType.Enum when WellKnownJson.IsNullable(field) => Gen.Constant<object>(0),
        FieldType.Enum => Gen.OneOf(Gen.Elements(field.EnumType.Values.Select(value => (object)value.Number)), Long.Select(value => (object)(int)value)),
        _ => Long.Select(value => (object)(int)value),
    };

    private static Gen<byte[]> Seconds(Gen<long> seconds, Gen<int> nanos) =>
        from s in seconds
        from n in nanos
        select Write(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt64(s);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt32(n);
        });

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes))
            write(output);
        return bytes.ToArray();
    }
}
