using System.Numerics;

namespace Snet.Protocol;

/// <summary>Integers in the bytes fields of the daemon's messages: big-endian, of any length, empty when absent (protocol g.1).</summary>
internal static class BigEndian
{
    /// <summary>The number of bytes of a number that is written.</summary>
    public const int Size = 32;

    /// <summary>Reads a number; absent is 0.</summary>
    public static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    /// <summary>Writes a number as 32 bytes, as daemons do.</summary>
    /// <exception cref="ArgumentException">It is negative or longer.</exception>
    public static byte[] Write32(BigInteger value)
    {
        var bytes = new byte[Size];
        Write32(value, bytes);
        return bytes;
    }

    /// <summary>Writes a number as 32 bytes.</summary>
    /// <param name="value">The number.</param>
    /// <param name="destination">32 bytes.</param>
    /// <exception cref="ArgumentException">It is negative or longer.</exception>
    public static void Write32(BigInteger value, Span<byte> destination)
    {
        if (value.Sign < 0 || value.GetByteCount(isUnsigned: true) > Size)
            throw new ArgumentException($"{value} does not fit uint256.", nameof(value));
        var gap = Size - value.GetByteCount(isUnsigned: true);
        destination[..gap].Clear();
        value.TryWriteBytes(destination[gap..], out _, isUnsigned: true, isBigEndian: true);
    }
}
