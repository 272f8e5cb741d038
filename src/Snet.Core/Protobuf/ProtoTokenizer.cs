using System.Globalization;
using System.Text;
using Google.Protobuf;

namespace Snet.Protobuf;

/// <summary>Cuts a <c>.proto</c> text into tokens; comments and white space fall away.</summary>
internal sealed class ProtoTokenizer
{
    /// <summary>The longest name, in characters. No real one comes near; endless ones would be copied into every name inside.</summary>
    private const int MaxNameLength = 255;

    private readonly string _file;
    private readonly string _text;
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private ProtoTokenizer(string file, string text) => (_file, _text) = (file, text);

    private ProtoPosition Position => new(_line, _at - _lineStart + 1);

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    /// <summary>Gives all tokens, the last of which is <see cref="ProtoTokenKind.End"/>.</summary>
    /// <exception cref="ProtoParseException">A comment or text does not end, a number or character is none.</exception>
    public static List<ProtoToken> Tokenize(string file, string text)
    {
        var tokenizer = new ProtoTokenizer(file, text);
        var tokens = new List<ProtoToken>();
        do
        {
            tokens.Add(tokenizer.Next());
        }
        while (tokens[^1].Kind != ProtoTokenKind.End);

        return tokens;
    }

    private ProtoToken Next()
    {
        SkipBlanks();
        var position = Position;
        if (_at >= _text.Length)
            return new(ProtoTokenKind.End, "", position);

        var first = Peek();
        if (first is '"' or '\'')
            return new(ProtoTokenKind.Text, first.ToString(), position, ReadText(first));
        if (char.IsAsciiDigit(first) || (first == '.' && char.IsAsciiDigit(Peek(1))))
            return ReadNumber(position);
        if (IsLetter(first))
            return new(ProtoTokenKind.Identifier, ReadName(), position);
        if (!char.IsAscii(first) || char.IsControl(first))
            throw Error(position, $"the character U+{(int)first:X4} has no place here");

        _at++;
        return new(ProtoTokenKind.Symbol, first.ToString(), position);
    }

    private void SkipBlanks()
    {
        if (_at == 0 && Peek() == '\uFEFF')
            _at = _lineStart = 1;
        while (_at < _text.Length)
        {
            if (Peek() == '/' && Peek(1) == '/')
                SkipLineComment();
            else if (Peek() == '/' && Peek(1) == '*')
                SkipBlockComment();
            else if (Peek() is ' ' or '\t' or '\r' or '\n' or '\v' or '\f')
                Advance();
            else
                return;
        }
    }

    private void SkipLineComment()
    {
        while (_at < _text.Length && Peek() != '\n')
            _at++;
    }

    private void SkipBlockComment()
    {
        var start = Position;
        for (_at += 2; Peek() != '*' || Peek(1) != '/'; Advance())
        {
            if (_at >= _text.Length)
                throw Error(start, "this comment does not end; expected */");
        }

        _at += 2;
    }

    private void Advance()
    {
        if (_text[_at++] != '\n')
            return;
        _line++;
        _lineStart = _at;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_';

    private string ReadName()
    {
        var position = Position;
        var start = _at;
        while (IsLetter(Peek()) || char.IsAsciiDigit(Peek()))
            _at++;
        return _at - start <= MaxNameLength
            ? _text[start.._at]
            : throw Error(position, $"this name is longer than {MaxNameLength} characters");
    }

    private ProtoToken ReadNumber(ProtoPosition position)
    {
        var start = _at;
        var isHex = Peek() == '0' && Peek(1) is 'x' or 'X';
        while (char.IsAsciiLetterOrDigit(Peek()) || Peek() is '.' or '_'
            || (Peek() is '+' or '-' && !isHex && _text[_at - 1] is 'e' or 'E'))
            _at++;

        var text = _text[start.._at];
        if (TryParseInteger(text, out _))
            return new(ProtoTokenKind.Integer, text, position);
        var isFloat = (text.Length == 1 || text[0] != '0' || !char.IsAsciiDigit(text[1])) && TryParseFloat(text, out _);
        return isFloat ? new(ProtoTokenKind.Float, text, position) : throw Error(position, $"'{text}' is no number");
    }

    /// <summary>Reads a whole number: decimal, hexadecimal after 0x, octal after 0.</summary>
    public static bool TryParseInteger(string text, out ulong value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        if (text[0] != '0')
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

        value = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || value >> 61 != 0)
                return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    /// <summary>Reads a decimal number with or without point and exponent.</summary>
    public static bool TryParseFloat(string text, out double value) => double.TryParse(
        text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);

    private ByteString ReadText(char quote)
    {
        var start = Position;
        var bytes = new MemoryStream();
        _at++;
        while (Peek() != quote)
        {
            if (_at >= _text.Length || Peek() == '\n')
                throw Error(start, $"this text does not end; expected {quote} in the same line");
            if (Peek() == '\\')
                ReadEscape(bytes);
            else
                ReadPlain(bytes, quote);
        }

        _at++;
        return ByteString.CopyFrom(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private void ReadPlain(MemoryStream bytes, char quote)
    {
        var start = _at;
        while (_at < _text.Length && Peek() != quote && Peek() is not ('\\' or '\n'))
            _at++;
        bytes.Write(Encoding.UTF8.GetBytes(_text[start.._at]));
    }

    private void ReadEscape(MemoryStream bytes)
    {
        var position = Position;
        _at++;
        var kind = Peek();
        if (kind is >= '0' and <= '7')
        {
            bytes.WriteByte((byte)ReadDigits(3, 8, position));
            return;
        }

        _at += _at < _text.Length ? 1 : 0;
        if (kind is 'x' or 'X')
            bytes.WriteByte((byte)ReadDigits(2, 16, position));
        else if (kind is 'u' or 'U')
            bytes.Write(ReadCodePoint(kind == 'u' ? 4 : 8, position));
        else if ("abfnrtv\\'\"?".IndexOf(kind) is >= 0 and var simple)
            bytes.WriteByte((byte)"\a\b\f\n\r\t\v\\'\"?"[simple]);
        else
            throw Error(position, "this escape is unknown; a backslash itself is written \\\\");
    }

    private byte[] ReadCodePoint(int digits, ProtoPosition position)
    {
        var start = _at;
        var value = ReadDigits(digits, 16, position);
        return _at - start == digits && Rune.IsValid(value)
            ? Encoding.UTF8.GetBytes(new Rune(value).ToString())
            : throw Error(position, $"expected {digits} hexadecimal digits that name a character");
    }

    private int ReadDigits(int most, int radix, ProtoPosition position)
    {
        int value = 0, count = 0;
        for (; count < most && char.IsAsciiHexDigit(Peek()) && Convert.ToInt32($"{Peek()}", 16) is var digit && digit < radix; count++)
        {
            value = (value * radix) + digit;
            _at++;
        }

        return count > 0 ? value : throw Error(position, "this escape has no digits");
    }

    private ProtoParseException Error(ProtoPosition position, string problem) => new(_file, position, problem);
}
