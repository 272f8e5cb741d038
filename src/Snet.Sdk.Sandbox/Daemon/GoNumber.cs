using System.Globalization;
using System.Numerics;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Numbers as the daemon's language writes them in source text: that is how it reads the numbers in headers (protocol
/// e.1).</summary>
/// <seealso href="https://go.dev/ref/spec#Integer_literals">The Go specification, integer literals</seealso>
internal static class GoNumber
{
    private static readonly BigInteger MaxWord = (BigInteger.One << 256) - 1;

    /// <summary>Reads an integer with optional sign: decimal, <c>0b</c>, <c>0o</c>, <c>0x</c>, or octal after a leading zero; <c>_</c> may
    /// part digits.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse(string text, out BigInteger value)
    {
        value = default;
        var digits = text.AsSpan();
        var negative = digits is ['-', ..];
        if (digits is ['-' or '+', ..])
            digits = digits[1..];

        var (radix, prefix) = Radix(digits);
        digits = digits[prefix..];
        // An underscore stands between two digits, or between the prefix and a digit.
        var digitBefore = prefix > 0;
        var any = radix == 8 && prefix == 1; // the zero that made it octal is a digit itself
        foreach (var c in digits)
        {
            if (c == '_' && digitBefore)
            {
                digitBefore = false;
                continue;
            }

            if (DigitOf(c) is not { } digit || digit >= radix)
                return false;
            value = (value * radix) + digit;
            digitBefore = any = true;
        }

        value = negative ? -value : value;
        return any && digitBefore;
    }

    /// <summary>Reads a decimal integer with optional sign, and nothing else around it.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool TryParseDecimal(string text, out BigInteger value)
    {
        value = default;
        var digits = text.AsSpan(text is ['-' or '+', ..] ? 1 : 0);
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9')
            && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>What a number of any size is in 32 bytes: without its sign, and without what does not fit.</summary>
    public static BigInteger Word(BigInteger value) => BigInteger.Abs(value) & MaxWord;

    /// <summary>What a block number is in the 32 bytes that get signed: the daemon reads it as a signed number, in two's
    /// complement.</summary>
    public static BigInteger BlockWord(ulong block) => unchecked((long)block) & MaxWord;

    /// <summary>Writes a number as Go prints it.</summary>
    public static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static (int Radix, int Prefix) Radix(ReadOnlySpan<char> digits) => digits switch
    {
        ['0', 'b' or 'B', ..] => (2, 2),
        ['0', 'o' or 'O', ..] => (8, 2),
        ['0', 'x' or 'X', ..] => (16, 2),
        ['0', _, ..] => (8, 1),
        _ => (10, 0),
    };

    private static int? DigitOf(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => null,
    };
}
