using System.Text;
using Google.Protobuf;

namespace Snet.Protobuf;

/// <summary>Walks over the tokens of one <c>.proto</c> file and takes what the grammar expects.</summary>
internal sealed class ProtoTokenReader(string file, string text)
{
    private readonly List<ProtoToken> _tokens = ProtoTokenizer.Tokenize(file, text);
    private int _at;

    public ProtoToken Current => _tokens[_at];

    /// <summary>The token after the current one; at the end, the end again.</summary>
    public ProtoToken Following => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    public bool AtEnd => Current.Kind == ProtoTokenKind.End;

    public bool TryTake(string text)
    {
        if (!Current.Is(text))
            return false;
        Take();
        return true;
    }

    public void Expect(string text)
    {
        if (!TryTake(text))
            throw Expected($"'{text}'");
    }

    public ProtoToken Take()
    {
        var taken = Current;
        if (!AtEnd)
            _at++;
        return taken;
    }

    public string TakeName(string what) => Current.Kind == ProtoTokenKind.Identifier ? Take().Text : throw Expected(what);

    /// <summary>Takes a name with dots in it, and before it where that is allowed.</summary>
    public string TakeDottedName(string what, bool leadingDot = true)
    {
        var name = new StringBuilder();
        if (leadingDot && TryTake("."))
            name.Append('.');
        name.Append(TakeName(what));
        while (TryTake("."))
        {
            name.Append('.').Append(TakeName(what));
            if (name.Length > ProtoFile.MaxFullNameLength)
                throw Expected($"a name of at most {ProtoFile.MaxFullNameLength} characters");
        }

        return name.ToString();
    }

    /// <summary>Takes a quoted text; several in a row are one.</summary>
    public ByteString TakeBytes(string what)
    {
        if (Current.Kind != ProtoTokenKind.Text)
            throw Expected(what);

        var first = Take().Bytes!;
        if (Current.Kind != ProtoTokenKind.Text)
            return first;
        var all = new MemoryStream();
        first.WriteTo(all);
        while (Current.Kind == ProtoTokenKind.Text)
            Take().Bytes!.WriteTo(all);
        return ByteString.CopyFrom(all.GetBuffer(), 0, (int)all.Length);
    }

    public string TakeText(string what) => TakeBytes(what).ToStringUtf8();

    /// <summary>Takes a whole number within bounds, with a minus sign where the bounds allow one.</summary>
    public int TakeInteger(string what, int least, int most)
    {
        var start = Current;
        var isNegative = least < 0 && TryTake("-");
        if (Current.Kind != ProtoTokenKind.Integer)
            throw Expected(what);
        if (!ProtoTokenizer.TryParseInteger(Take().Text, out var size) || size > int.MaxValue + 1UL)
            size = long.MaxValue; // beyond any bounds, with either sign

        var value = isNegative ? -(long)size : (long)size;
        return value >= least && value <= most ? (int)value : throw Error(start.Position, $"expected {what} from {least} to {most}");
    }

    public ProtoParseException Expected(string what) => Error(Current.Position, $"expected {what}, found {Current}");

    public ProtoParseException Error(ProtoPosition position, string problem) => new(file, position, problem);
}
