using System.Numerics;
using System.Text;

namespace Snet.Ethereum;

/// <summary>The contract ABI for the types that the platform's contracts use.</summary>
/// <remarks>
/// Values: <c>uintN</c> is <see cref="BigInteger"/>, <c>address</c> is <see cref="EthereumAddress"/>, <c>bytesN</c> and <c>bytes</c> are byte arrays,
/// <c>bool</c> and <c>string</c> are themselves, <c>T[]</c> is an array of objects. Decoding is strict: what a contract cannot have answered is refused.
/// </remarks>
/// <seealso href="https://docs.soliditylang.org/en/latest/abi-spec.html">Contract ABI Specification</seealso>
internal static class Abi
{
    private const int Word = 32;

    /// <summary>Encodes values one after the other, dynamic ones behind the heads.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type.</exception>
    public static byte[] Encode(IReadOnlyList<string> types, IReadOnlyList<object> values)
    {
        if (types.Count != values.Count)
            throw new ArgumentException($"{types.Count} values are needed; got {values.Count}.", nameof(values));
        var head = new List<byte>();
        var tail = new List<byte>();
        for (var i = 0; i < types.Count; i++)
        {
            if (IsDynamic(types[i]))
            {
                head.AddRange(Number((types.Count * Word) + tail.Count));
                tail.AddRange(EncodeDynamic(types[i], values[i]));
            }
            else
            {
                head.AddRange(EncodeWord(types[i], values[i]));
            }
        }

        return [.. head, .. tail];
    }

    /// <summary>Decodes values that stand one after the other.</summary>
    /// <exception cref="FormatException">The data is too short, or holds what its type cannot be.</exception>
    public static object[] Decode(IReadOnlyList<string> types, ReadOnlySpan<byte> data)
    {
        var values = new object[types.Count];
        for (var i = 0; i < types.Count; i++)
        {
            var word = Slice(data, i * Word, Word);
            values[i] = IsDynamic(types[i]) ? DecodeDynamic(types[i], data[Length(word, data.Length)..]) : DecodeWord(types[i], word);
        }

        return values;
    }

    private static bool IsDynamic(string type) => type is "bytes" or "string" || type.EndsWith("[]", StringComparison.Ordinal);

    private static byte[] EncodeDynamic(string type, object value)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal))
        {
            var items = (IReadOnlyList<object>)value;
            return [.. Number(items.Count), .. Encode([.. Enumerable.Repeat(type[..^2], items.Count)], items)];
        }

        var bytes = type == "string" ? Encoding.UTF8.GetBytes((string)value) : (byte[])value;
        var padded = new byte[(bytes.Length + Word - 1) / Word * Word];
        bytes.CopyTo(padded, 0);
        return [.. Number(bytes.Length), .. padded];
    }

    private static byte[] EncodeWord(string type, object value)
    {
        var word = new byte[Word];
        switch (type)
        {
            case "address":
                ((EthereumAddress)value).WriteTo(word.AsSpan(12));
                return word;
            case "bool":
                word[31] = (bool)value ? (byte)1 : (byte)0;
                return word;
            case var _ when type.StartsWith("uint", StringComparison.Ordinal):
                var number = (BigInteger)value;
                return number.Sign >= 0 && number.GetBitLength() <= Bits(type)
                    ? Number(number)
                    : throw new ArgumentException($"{number} does not fit {type}.", nameof(value));
            default: // bytesN, filled up on the right
                var bytes = (byte[])value;
                if (bytes.Length != FixedSize(type))
                    throw new ArgumentException($"{type} takes {FixedSize(type)} bytes; got {bytes.Length}.", nameof(value));
                bytes.CopyTo(word, 0);
                return word;
        }
    }

    private static object DecodeWord(string type, ReadOnlySpan<byte> word)
    {
        var number = new BigInteger(word, isUnsigned: true, isBigEndian: true);
        return type switch
        {
            "address" => word[..12].ContainsAnyExcept((byte)0)
                ? throw new FormatException("An address is longer than 20 bytes.")
                : new EthereumAddress(word[12..]),
            "bool" => number <= 1 ? number.IsOne : throw new FormatException("A truth value is neither 0 nor 1."),
            _ when type.StartsWith("uint", StringComparison.Ordinal) => number.GetBitLength() <= Bits(type)
                ? number
                : throw new FormatException($"A number does not fit {type}."),
            _ => word[FixedSize(type)..].ContainsAnyExcept((byte)0)
                ? throw new FormatException($"Bytes behind {type} are not zero.")
                : word[..FixedSize(type)].ToArray(),
        };
    }

    private static object DecodeDynamic(string type, ReadOnlySpan<byte> data)
    {
        var length = Length(Slice(data, 0, Word), data.Length);
        var content = data[Word..];
        if (type.EndsWith("[]", StringComparison.Ordinal))
        {
            if (length > content.Length / Word)
                throw new FormatException("An array is longer than the data.");
            return Decode([.. Enumerable.Repeat(type[..^2], length)], content);
        }

        var bytes = Slice(content, 0, length).ToArray();
        return type == "string" ? Encoding.UTF8.GetString(bytes) : bytes;
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> data, int start, int length) =>
        start <= data.Length - length
            ? data.Slice(start, length)
            : throw new FormatException($"The answer ends too early: {start + length} bytes are needed and {data.Length} are there.");

    // An offset or a length; more than the data itself has can only be a mistake or an attack.
    private static int Length(ReadOnlySpan<byte> word, int limit)
    {
        var value = new BigInteger(word, isUnsigned: true, isBigEndian: true);
        return value <= limit ? (int)value : throw new FormatException("An offset points outside of the data.");
    }

    private static byte[] Number(BigInteger value)
    {
        var word = new byte[Word];
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, Word - bytes.Length);
        return word;
    }

    private static int Bits(string type) => type.Length == 4 ? 256 : int.Parse(type.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture);

    private static int FixedSize(string type) => int.Parse(type.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture);
}
