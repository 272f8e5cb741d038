using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <content>Messages and enums with what may stand inside them.</content>
internal sealed partial class ProtoParser
{
    /// <summary>The largest field number; 29 bits.</summary>
    private const int MaxFieldNumber = 536_870_911;

    private DescriptorProto ReadMessage(int depth)
    {
        var start = _reader.Take();
        if (depth > MaxDepth)
            throw _reader.Error(start.Position, $"messages nest deeper than {MaxDepth}");

        var message = Mark(new DescriptorProto { Name = _reader.TakeName("the message's name") }, start.Position);
        _reader.Expect("{");
        while (!_reader.TryTake("}"))
            ReadMessageStatement(message, depth);

        CheckNumbers(message);
        return message;
    }

    private void ReadMessageStatement(DescriptorProto message, int depth)
    {
        switch (_reader.Current.Text)
        {
            case ";":
                _reader.Take();
                break;
            case "message":
                message.NestedType.Add(ReadMessage(depth + 1));
                break;
            case "enum":
                message.EnumType.Add(ReadEnum());
                break;
            case "extend":
                ReadExtend(message.Extension);
                break;
            case "extensions":
                ReadExtensionRanges(message);
                break;
            case "reserved":
                _reader.Take();
                ReadReserved(message.ReservedName, 1, MaxFieldNumber,
                    (first, last) => message.ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = first, End = last + 1 }));
                break;
            case "option":
                ReadOptionStatement((message.Options ??= new MessageOptions()).UninterpretedOption);
                break;
            case "oneof":
                ReadOneof(message);
                break;
            default:
                message.Field.Add(ReadField(message));
                break;
        }
    }

    private void ReadOneof(DescriptorProto message)
    {
        var start = _reader.Take();
        var oneof = Mark(new OneofDescriptorProto { Name = _reader.TakeName("the name of the oneof") }, start.Position);
        message.OneofDecl.Add(oneof);
        var count = message.Field.Count;
        _reader.Expect("{");
        while (!_reader.TryTake("}"))
        {
            if (_reader.Current.Is("option"))
                ReadOptionStatement((oneof.Options ??= new OneofOptions()).UninterpretedOption);
            else if (!_reader.TryTake(";"))
                message.Field.Add(ReadOneofField(message.OneofDecl.Count - 1));
        }

        if (message.Field.Count == count)
            throw _reader.Error(start.Position, "this oneof has no field");
    }

    private void CheckNumbers(DescriptorProto message)
    {
        var numbers = new Dictionary<int, string>();
        foreach (var field in message.Field)
        {
            if (!numbers.TryAdd(field.Number, field.Name))
                throw _reader.Error(_positions[field], $"the number {field.Number} is taken by \"{numbers[field.Number]}\"");
        }
    }

    private EnumDescriptorProto ReadEnum()
    {
        var start = _reader.Take();
        var type = Mark(new EnumDescriptorProto { Name = _reader.TakeName("the enum's name") }, start.Position);
        _reader.Expect("{");
        while (!_reader.TryTake("}"))
        {
            if (_reader.Current.Is("option"))
                ReadOptionStatement((type.Options ??= new EnumOptions()).UninterpretedOption);
            else if (_reader.TryTake("reserved"))
                ReadReserved(type.ReservedName, int.MinValue, int.MaxValue,
                    (first, last) => type.ReservedRange.Add(new EnumDescriptorProto.Types.EnumReservedRange { Start = first, End = last }));
            else if (!_reader.TryTake(";"))
                type.Value.Add(ReadEnumValue());
        }

        return type.Value.Count > 0 ? type : throw _reader.Error(start.Position, "this enum has no value");
    }

    private EnumValueDescriptorProto ReadEnumValue()
    {
        var position = _reader.Current.Position;
        var value = Mark(new EnumValueDescriptorProto { Name = _reader.TakeName("the name of a value") }, position);
        _reader.Expect("=");
        value.Number = _reader.TakeInteger("a number", int.MinValue, int.MaxValue);
        var options = ReadBracketedOptions();
        if (options.Count > 0)
            value.Options = new EnumValueOptions { UninterpretedOption = { options } };
        _reader.Expect(";");
        return value;
    }

    private void ReadReserved(RepeatedField<string> names, int least, int most, Action<int, int> addRange)
    {
        do
        {
            if (_reader.Current.Kind is ProtoTokenKind.Text)
                names.Add(_reader.TakeText("a reserved name"));
            else if (_reader.Current.Kind is ProtoTokenKind.Identifier)
                names.Add(_reader.Take().Text);
            else
                ReadRange(least, most, addRange);
        }
        while (_reader.TryTake(","));
        _reader.Expect(";");
    }

    private void ReadRange(int least, int most, Action<int, int> addRange)
    {
        var first = _reader.TakeInteger("a number or a quoted name", least, most);
        if (!_reader.TryTake("to"))
            addRange(first, first);
        else if (_reader.TryTake("max"))
            addRange(first, most);
        else
            addRange(first, _reader.TakeInteger("the end of the range", first, most));
    }

    private void ReadExtensionRanges(DescriptorProto message)
    {
        _reader.Take();
        var count = message.ExtensionRange.Count;
        do
        {
            ReadRange(1, MaxFieldNumber,
                (first, last) => message.ExtensionRange.Add(new DescriptorProto.Types.ExtensionRange { Start = first, End = last + 1 }));
        }
        while (_reader.TryTake(","));

        var options = ReadBracketedOptions();
        foreach (var range in message.ExtensionRange.Skip(options.Count > 0 ? count : int.MaxValue))
            range.Options = new ExtensionRangeOptions { UninterpretedOption = { options } };
        _reader.Expect(";");
    }

    private void ReadExtend(RepeatedField<FieldDescriptorProto> extensions)
    {
        _reader.Take();
        var extendee = _reader.TakeDottedName("the name of a message");
        _reader.Expect("{");
        while (!_reader.TryTake("}"))
        {
            var field = ReadField(message: null);
            field.Extendee = extendee;
            extensions.Add(field);
        }
    }
}
