using System.Numerics;

namespace Snet.Ethereum;

/// <summary>A transaction with priced gas (EIP-1559, type 2) without access list.</summary>
/// <param name="ChainId">The chain on which it counts.</param>
/// <param name="Nonce">How many transactions its sender made before.</param>
/// <param name="MaxPriorityFeePerGas">The tip, in wei.</param>
/// <param name="MaxFeePerGas">The most that is paid, tip included, in wei.</param>
/// <param name="GasLimit">The most gas it may use.</param>
/// <param name="To">The receiver.</param>
/// <param name="Value">Ether sent along, in wei.</param>
/// <param name="Data">The call data.</param>
/// <seealso href="https://eips.ethereum.org/EIPS/eip-1559">EIP-1559</seealso>
internal sealed record Transaction(
    BigInteger ChainId, BigInteger Nonce, BigInteger MaxPriorityFeePerGas, BigInteger MaxFeePerGas,
    BigInteger GasLimit, EthereumAddress To, BigInteger Value, byte[] Data)
{
    /// <summary>The type byte in front of the list (EIP-2718).</summary>
    public const byte TypeByte = 2;

    /// <summary>The most ether that it can cost, in wei.</summary>
    public BigInteger MaxCost => Value + (GasLimit * MaxFeePerGas);

    /// <summary>Gives the bytes whose Keccak hash is signed.</summary>
    public byte[] EncodeUnsigned() => [TypeByte, .. Rlp.List(Fields())];

    /// <summary>Gives the bytes that are sent to a node.</summary>
    /// <param name="signature">r, s and v: 65 bytes; v is 0 or 1, or that plus 27.</param>
    /// <exception cref="ArgumentException">The signature has another form.</exception>
    public byte[] EncodeSigned(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != Secp256k1.SignatureSize || signature[64] is not (0 or 1 or 27 or 28))
            throw new ArgumentException("A transaction takes a signature of 65 bytes: r, s, and v as 0, 1, 27 or 28.", nameof(signature));
        var r = new BigInteger(signature[..32], isUnsigned: true, isBigEndian: true);
        var s = new BigInteger(signature.Slice(32, 32), isUnsigned: true, isBigEndian: true);
        return [TypeByte, .. Rlp.List([.. Fields(), Rlp.Number(signature[64] % 27), Rlp.Number(r), Rlp.Number(s)])];
    }

    private byte[][] Fields() =>
    [
        Rlp.Number(ChainId), Rlp.Number(Nonce), Rlp.Number(MaxPriorityFeePerGas), Rlp.Number(MaxFeePerGas), Rlp.Number(GasLimit),
        Rlp.Bytes(To.ToByteArray()), Rlp.Number(Value), Rlp.Bytes(Data), Rlp.List(),
    ];
}
