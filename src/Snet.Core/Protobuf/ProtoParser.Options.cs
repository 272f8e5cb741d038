using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using NamePart = Google.Protobuf.Reflection.UninterpretedOption.Types.NamePart;

namespace Snet.Protobuf;

/// <content>
/// Options: kept as <see cref="UninterpretedOption"/>, one for each plain value. A value in braces is taken apart, so that
/// <c>option (a) = { b: 1 }</c> and <c>option (a).b = 1</c> read the same.
/// </content>
internal sealed partial class ProtoParser
{
    private void ReadOptionStatement(RepeatedField<UninterpretedOption> into)
    {
        _reader.Expect("option");
        ReadOption(into);
        _reader.Expect(";");
    }

    /// <summary>Reads <c>[a = 1, (b).c = "x"]</c>, if there is any.</summary>
    private List<UninterpretedOption> ReadBracketedOptions()
    {
        var options = new RepeatedField<UninterpretedOption>();
        if (!_reader.TryTake("["))
            return [];

        do
        {
            ReadOption(options);
        }
        while (_reader.TryTake(","));
        _reader.Expect("]");
        return [.. options];
    }

    private void ReadOption(RepeatedField<UninterpretedOption> into)
    {
        var name = new List<NamePart>();
        do
        {
            var isExtension = _reader.TryTake("(");
            var part = isExtension ? _reader.TakeDottedName("the name of an option") : _reader.TakeName("the name of an option");
            name.Add(new() { NamePart_ = part, IsExtension = isExtension });
            if (isExtension)
                _reader.Expect(")");
        }
        while (name.Count < MaxDepth && _reader.TryTake("."));

        _reader.Expect("=");
        ReadOptionValue(name, into, depth: 1);
    }

    private void ReadOptionValue(List<NamePart> name, RepeatedField<UninterpretedOption> into, int depth)
    {
        if (depth > MaxDepth)
            throw _reader.Expected($"option values no deeper than {MaxDepth}");
        if (_reader.TryTake("{"))
            ReadOptionFields(name, into, "}", depth);
        else if (depth > 1 && _reader.TryTake("<"))
            ReadOptionFields(name, into, ">", depth);
        else
            into.Add(ReadPlainOption(name));
    }

    private void ReadOptionFields(List<NamePart> name, RepeatedField<UninterpretedOption> into, string end, int depth)
    {
        while (!_reader.TryTake(end))
        {
            List<NamePart> inner = [.. name, ReadOptionFieldName()];
            _reader.TryTake(":");
            if (_reader.TryTake("["))
                ReadOptionList(inner, into, depth);
            else
                ReadOptionValue(inner, into, depth + 1);
            _ = _reader.TryTake(",") || _reader.TryTake(";");
        }
    }

    private NamePart ReadOptionFieldName()
    {
        var isExtension = _reader.TryTake("[");
        var name = isExtension ? _reader.TakeDottedName("the name of an extension") : _reader.TakeName("the name of a field");
        if (!isExtension)
            return new() { NamePart_ = name, IsExtension = false };

        if (_reader.TryTake("/")) // the type's address inside google.protobuf.Any
            name += "/" + _reader.TakeDottedName("the name of a message", leadingDot: false);
        _reader.Expect("]");
        return new() { NamePart_ = name, IsExtension = true };
    }

    private void ReadOptionList(List<NamePart> name, RepeatedField<UninterpretedOption> into, int depth)
    {
        while (!_reader.TryTake("]"))
        {
            ReadOptionValue(name, into, depth + 1);
            if (!_reader.TryTake(",") && !_reader.Current.Is("]"))
                throw _reader.Expected("',' or ']'");
        }
    }

    private UninterpretedOption ReadPlainOption(List<NamePart> name)
    {
        var option = Mark(new UninterpretedOption { Name = { name } }, _reader.Current.Position);
        if (_reader.Current.Kind == ProtoTokenKind.Text)
        {
            option.StringValue = _reader.TakeBytes("a text");
            return option;
        }

        var isNegative = _reader.TryTake("-");
        var token = _reader.Current;
        if (_isEdition && token.Is("DELIMITED"))
            throw _reader.Expected("LENGTH_PREFIXED; groups are not supported");
        if (token.Kind == ProtoTokenKind.Identifier && !isNegative)
            option.IdentifierValue = token.Text;
        else if (token.Kind == ProtoTokenKind.Integer && !isNegative)
            option.PositiveIntValue = WholeNumber(token);
        else if (token.Kind == ProtoTokenKind.Integer && WholeNumber(token) <= long.MaxValue + 1UL)
            option.NegativeIntValue = unchecked(-(long)WholeNumber(token));
        else
            option.DoubleValue = isNegative ? -DecimalNumber(token) : DecimalNumber(token);

        _reader.Take();
        return option;
    }

    private static ulong WholeNumber(ProtoToken token) => ProtoTokenizer.TryParseInteger(token.Text, out var value) ? value : 0;

    private double DecimalNumber(ProtoToken token) => token switch
    {
        { Kind: ProtoTokenKind.Float or ProtoTokenKind.Integer } when ProtoTokenizer.TryParseFloat(token.Text, out var value) => value,
        { Text: "inf" or "infinity" } => double.PositiveInfinity,
        { Text: "nan" } => double.NaN,
        _ => throw _reader.Expected("the option's value"),
    };
}
