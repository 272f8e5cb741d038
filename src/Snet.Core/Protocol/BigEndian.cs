using System.Numerics;
using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>Integers in the bytes fields of the daemon's messages: big-endian, of any length, empty when absent (protocol g.1).</summary>
internal static class BigEndian
{
    /// <summary>Reads a number; absent is 0.</summary>
    public static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    /// <summary>Writes a number as 32 bytes, as daemons do.</summary>
    /// <exception cref="ArgumentException">It is negative or longer.</exception>
    public static byte[] Write32(BigInteger value) => Abi.Encode(["uint256"], [value]);
}
