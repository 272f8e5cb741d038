using System.Numerics;

namespace Snet.Ethereum;

/// <summary>Recursive Length Prefix, Ethereum's encoding of transactions: byte strings and lists of them.</summary>
/// <seealso href="https://ethereum.org/developers/docs/data-structures-and-encoding/rlp/">RLP</seealso>
internal static class Rlp
{
    /// <summary>Encodes a byte string.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> value) =>
        value.Length == 1 && value[0] < 0x80 ? value.ToArray() : [.. Header(value.Length, 0x80), .. value];

    /// <summary>Encodes a number that is not negative: big-endian without leading zeros, zero as the empty string.</summary>
    public static byte[] Number(BigInteger value) => Bytes(value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true));

    /// <summary>Encodes a list of encoded items.</summary>
    public static byte[] List(params IReadOnlyList<byte[]> items)
    {
        var body = items.SelectMany(item => item).ToArray();
        return [.. Header(body.Length, 0xc0), .. body];
    }

    /// <summary>Reads one list that fills the data; inner lists come back encoded.</summary>
    /// <returns>Each item's content, or the whole encoding where the item is a list.</returns>
    /// <exception cref="FormatException">The data is no canonical list.</exception>
    public static IReadOnlyList<byte[]> ReadList(ReadOnlySpan<byte> data)
    {
        var (isList, start, length) = ReadHeader(data);
        if (!isList || start + length != data.Length)
            throw new FormatException("The data is not one RLP list.");
        var items = new List<byte[]>();
        for (var rest = data[start..]; !rest.IsEmpty;)
        {
            var (inner, offset, size) = ReadHeader(rest);
            items.Add(inner ? rest[..(offset + size)].ToArray() : rest.Slice(offset, size).ToArray());
            rest = rest[(offset + size)..];
        }

        return items;
    }

    /// <summary>Reads a number as <see cref="Number"/> writes it.</summary>
    /// <exception cref="FormatException">It has leading zeros.</exception>
    public static BigInteger ReadNumber(ReadOnlySpan<byte> item) =>
        item.Length > 0 && item[0] == 0
            ? throw new FormatException("An RLP number has leading zeros.")
            : new BigInteger(item, isUnsigned: true, isBigEndian: true);

    private static byte[] Header(int length, int offset)
    {
        if (length <= 55)
            return [(byte)(offset + length)];
        var size = new BigInteger(length).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [(byte)(offset + 55 + size.Length), .. size];
    }

    private static (bool IsList, int Start, int Length) ReadHeader(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            throw new FormatException("The RLP data ends too early.");
        var first = data[0];
        var isList = first >= 0xc0;
        var form = first - (isList ? 0xc0 : 0x80);
        if (form < 0)
            return (false, 0, 1);
        var (start, length) = form <= 55 ? (1, form) : ReadLongLength(data, form - 55);
        if (length > data.Length - start)
            throw new FormatException("The RLP data ends too early.");
        if (!isList && length == 1 && data[start] < 0x80)
            throw new FormatException("A byte is encoded longer than needed.");
        return (isList, start, length);
    }

    private static (int Start, int Length) ReadLongLength(ReadOnlySpan<byte> data, int size)
    {
        if (size > 4 || data.Length < 1 + size || data[1] == 0)
            throw new FormatException("An RLP length is malformed.");
        var length = new BigInteger(data.Slice(1, size), isUnsigned: true, isBigEndian: true);
        return length > 55 && length <= int.MaxValue - 8
            ? (1 + size, (int)length)
            : throw new FormatException("An RLP length is malformed.");
    }
}
