using Google.Protobuf.Reflection;
using static Google.Protobuf.Reflection.FieldDescriptorProto.Types;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Snet.Protobuf;

/// <content>Fields: of messages, of oneofs, of maps, and extensions.</content>
internal sealed partial class ProtoParser
{
    private static readonly Dictionary<string, FieldType> ScalarTypes = new()
    {
        ["double"] = FieldType.Double, ["float"] = FieldType.Float, ["bool"] = FieldType.Bool,
        ["int32"] = FieldType.Int32, ["sint32"] = FieldType.Sint32, ["uint32"] = FieldType.Uint32,
        ["int64"] = FieldType.Int64, ["sint64"] = FieldType.Sint64, ["uint64"] = FieldType.Uint64,
        ["fixed32"] = FieldType.Fixed32, ["sfixed32"] = FieldType.Sfixed32,
        ["fixed64"] = FieldType.Fixed64, ["sfixed64"] = FieldType.Sfixed64,
        ["string"] = FieldType.String, ["bytes"] = FieldType.Bytes,
    };

    /// <summary>Reads a field of a message, or an extension when there is none.</summary>
    private FieldDescriptorProto ReadField(DescriptorProto? message)
    {
        var start = _reader.Current;
        var field = Mark(new FieldDescriptorProto { Label = Label.Optional }, start.Position);
        if (message is not null && start.Is("map") && _reader.Following.Is("<"))
            return ReadMapField(field, message);

        if (!ReadLabel(field) && _isProto2)
            throw _reader.Expected("optional, required or repeated");
        ReadType(field);
        return ReadFieldEnd(field);
    }

    private bool ReadLabel(FieldDescriptorProto field)
    {
        var isRequired = _reader.Current.Is("required");
        if (isRequired && !_isProto2)
            throw _reader.Expected("a field that is not required, since proto3 has none");

        if (isRequired)
            field.Label = Label.Required;
        else if (_reader.Current.Is("repeated"))
            field.Label = Label.Repeated;
        else if (!_reader.Current.Is("optional"))
            return false;
        else if (!_isProto2)
            field.Proto3Optional = true;
        _reader.Take();
        return true;
    }

    private FieldDescriptorProto ReadOneofField(int oneof)
    {
        var field = Mark(new FieldDescriptorProto { Label = Label.Optional, OneofIndex = oneof }, _reader.Current.Position);
        if (_reader.Current.Text is "optional" or "required" or "repeated")
            throw _reader.Expected("a field without a label, since this is a oneof");
        ReadType(field);
        return ReadFieldEnd(field);
    }

    private void ReadType(FieldDescriptorProto field)
    {
        if (_reader.Current.Is("group"))
            throw _reader.Expected("a type; groups are not supported");
        if (_reader.Current.Kind == ProtoTokenKind.Identifier && ScalarTypes.TryGetValue(_reader.Current.Text, out var scalar))
        {
            field.Type = scalar;
            _reader.Take();
        }
        else
        {
            field.TypeName = _reader.TakeDottedName("the type of a field");
        }
    }

    private FieldDescriptorProto ReadFieldEnd(FieldDescriptorProto field)
    {
        field.Name = _reader.TakeName("the field's name");
        _reader.Expect("=");
        var position = _reader.Current.Position;
        field.Number = _reader.TakeInteger("a field number", 1, MaxFieldNumber);
        if (field.Number is >= 19_000 and <= 19_999)
            throw _reader.Error(position, "the numbers 19000 to 19999 are reserved for Protocol Buffers itself");

        var options = ReadBracketedOptions();
        _reader.Expect(";");
        foreach (var option in options)
            ApplyFieldOption(field, option);
        return field;
    }

    /// <summary>Puts what decides about JSON and wire where descriptors have it; all else is kept as written.</summary>
    private void ApplyFieldOption(FieldDescriptorProto field, UninterpretedOption option)
    {
        var name = option.Name is [{ IsExtension: false } single] ? single.NamePart_ : "";
        if (name == "json_name")
            field.JsonName = option.HasStringValue ? option.StringValue.ToStringUtf8() : throw WrongOption(option, "a text");
        else if (name == "default")
            field.DefaultValue = DefaultText(option);
        else if (name is "packed" or "deprecated" && option.IdentifierValue is not ("true" or "false"))
            throw WrongOption(option, "true or false");
        else if (name == "packed")
            (field.Options ??= new FieldOptions()).Packed = option.IdentifierValue == "true";
        else if (name == "deprecated")
            (field.Options ??= new FieldOptions()).Deprecated = option.IdentifierValue == "true";
        else
            (field.Options ??= new FieldOptions()).UninterpretedOption.Add(option);
    }

    private static string DefaultText(UninterpretedOption option) => option switch
    {
        { HasStringValue: true } => option.StringValue.ToStringUtf8(),
        { HasPositiveIntValue: true } => $"{option.PositiveIntValue}",
        { HasNegativeIntValue: true } => $"{option.NegativeIntValue}",
        { HasDoubleValue: true } => FormattableString.Invariant($"{option.DoubleValue}"),
        _ => option.IdentifierValue,
    };

    private ProtoParseException WrongOption(UninterpretedOption option, string expected)
        => _reader.Error(_positions[option], $"expected {expected} for {option.Name[0].NamePart_}");

    /// <summary>A map is a repeated message with a key and a value, and the message is written here.</summary>
    private FieldDescriptorProto ReadMapField(FieldDescriptorProto field, DescriptorProto message)
    {
        _reader.Take();
        _reader.Expect("<");
        var keyPosition = _reader.Current.Position;
        var key = new FieldDescriptorProto { Name = "key", Number = 1, Label = Label.Optional };
        ReadType(key);
        if (!key.HasType || key.Type is FieldType.Double or FieldType.Float or FieldType.Bytes)
            throw _reader.Error(keyPosition, "expected a whole-number type, bool or string as the key of a map");
        _reader.Expect(",");
        var value = Mark(new FieldDescriptorProto { Name = "value", Number = 2, Label = Label.Optional }, _reader.Current.Position);
        ReadType(value);
        _reader.Expect(">");
        ReadFieldEnd(field);

        var entry = new DescriptorProto
        {
            Name = EntryName(field.Name), Field = { key, value }, Options = new MessageOptions { MapEntry = true },
        };
        message.NestedType.Add(Mark(entry, _positions[field]));
        (field.Label, field.TypeName) = (Label.Repeated, entry.Name);
        return field;
    }

    /// <summary>Gives the entry's name as protoc does: <c>my_map</c> has <c>MyMapEntry</c>.</summary>
    private static string EntryName(string field) => string.Concat(field.Split('_', StringSplitOptions.RemoveEmptyEntries)
        .Select(word => char.ToUpperInvariant(word[0]) + word[1..])) + "Entry";
}
