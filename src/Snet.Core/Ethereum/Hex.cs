using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Snet.Ethereum;

/// <summary>Bytes and numbers as hexadecimal text with <c>0x</c>, as Ethereum's JSON-RPC writes them.</summary>
internal static class Hex
{
    /// <summary>Writes bytes as <c>0x</c> and two lower-case digits each.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => string.Concat("0x", Convert.ToHexStringLower(bytes));

    /// <summary>Reads <c>0x</c> and an even number of digits.</summary>
    public static bool TryDecode([NotNullWhen(true)] string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0)
            return false;
        var decoded = new byte[(text.Length - 2) / 2];
        if (Convert.FromHexString(text.AsSpan(2), decoded, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        bytes = decoded;
        return true;
    }

    /// <summary>Reads <c>0x</c> and an even number of digits.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static byte[] Decode(string text) =>
        TryDecode(text, out var bytes) ? bytes : throw new FormatException("Expected 0x and an even number of hexadecimal digits.");

    /// <summary>Writes a number in the shortest form (<c>0x0</c>, <c>0x1f</c>).</summary>
    public static string EncodeNumber(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>Reads a number of any length, never negative.</summary>
    /// <exception cref="FormatException">It is no hexadecimal number.</exception>
    public static BigInteger DecodeNumber(string? text)
    {
        if (text is { Length: > 2 } && text.StartsWith("0x", StringComparison.Ordinal)
            && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return value;
        throw new FormatException("Expected a number as 0x and hexadecimal digits.");
    }
}
