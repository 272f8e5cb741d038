using System.Numerics;
using System.Text;
using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>Bytes that stand one after the other without lengths, as the platform's signed messages are laid out.</summary>
internal sealed class Packed
{
    private readonly List<byte> _bytes = [];

    public Packed Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public Packed Address(EthereumAddress value) => Bytes(value.ToByteArray());

    /// <summary>Adds a number as 32 bytes, big-endian.</summary>
    public Packed Number(BigInteger value) => Bytes(Abi.Encode(["uint256"], [value]));

    public Packed Bytes(ReadOnlySpan<byte> value)
    {
        _bytes.AddRange(value);
        return this;
    }

    /// <summary>Gives the Keccak hash of all; signing it as a message is the rule for every layout (protocol c.1).</summary>
    public byte[] Hash() => Keccak256.Hash(ToArray());

    public byte[] ToArray() => [.. _bytes];
}
