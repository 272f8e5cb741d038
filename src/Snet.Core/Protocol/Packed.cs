using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>Bytes that stand one after the other without lengths, as the platform's signed messages are laid out.</summary>
internal sealed class Packed
{
    private readonly List<byte> _bytes = new(capacity: 192); // a claim has 135

    public Packed Text(string value)
    {
        Encoding.UTF8.GetBytes(value, Add(Encoding.UTF8.GetByteCount(value)));
        return this;
    }

    public Packed Address(EthereumAddress value)
    {
        value.WriteTo(Add(EthereumAddress.Size));
        return this;
    }

    /// <summary>Adds a number as 32 bytes, big-endian.</summary>
    /// <exception cref="ArgumentException">It is negative or longer.</exception>
    public Packed Number(BigInteger value)
    {
        BigEndian.Write32(value, Add(BigEndian.Size));
        return this;
    }

    public Packed Bytes(ReadOnlySpan<byte> value)
    {
        _bytes.AddRange(value);
        return this;
    }

    /// <summary>Gives the Keccak hash of all; signing it as a message is the rule for every layout (protocol c.1).</summary>
    public byte[] Hash() => Keccak256.Hash(CollectionsMarshal.AsSpan(_bytes));

    public byte[] ToArray() => [.. _bytes];

    private Span<byte> Add(int count)
    {
        CollectionsMarshal.SetCount(_bytes, _bytes.Count + count);
        return CollectionsMarshal.AsSpan(_bytes)[^count..];
    }
}
