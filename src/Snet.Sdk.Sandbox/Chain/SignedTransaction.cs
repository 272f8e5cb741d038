using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A transaction as it comes over the wire: type 2 (EIP-1559), or the old form with its chain's id (EIP-155).</summary>
/// <remarks>Read here and not by the client's encoder: a node trusts no client.</remarks>
internal sealed record SignedTransaction
{
    private static readonly BigInteger HalfOrder =
        BigInteger.Parse("07fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", System.Globalization.NumberStyles.HexNumber, null);

    public required int Type { get; init; }
    public required string Hash { get; init; }
    public required BigInteger ChainId { get; init; }
    public required EthereumAddress From { get; init; }
    public required EthereumAddress To { get; init; }
    public required BigInteger Nonce { get; init; }
    public required BigInteger Value { get; init; }
    public required byte[] Data { get; init; }
    public required BigInteger GasLimit { get; init; }

    /// <summary>The most that is paid for each unit of gas, in wei.</summary>
    public required BigInteger MaxFee { get; init; }

    /// <summary>The tip in it, in wei for each unit of gas.</summary>
    public required BigInteger MaxTip { get; init; }

    public required BigInteger V { get; init; }
    public required BigInteger R { get; init; }
    public required BigInteger S { get; init; }

    /// <summary>The most that it can cost its sender, in wei.</summary>
    public BigInteger Cost => Value + (GasLimit * MaxFee);

    /// <summary>What is paid for each unit of gas, in wei.</summary>
    public BigInteger PriceAt(BigInteger baseFee) => BigInteger.Min(MaxFee, baseFee + MaxTip);

    /// <summary>Reads a raw transaction and finds its sender.</summary>
    /// <exception cref="RpcException">It is malformed, of another kind or chain, or badly signed; the texts are geth's.</exception>
    public static SignedTransaction Decode(byte[] raw, BigInteger chainId)
    {
        try
        {
            return raw switch
            {
                [>= 0xc0, ..] => Legacy(raw, chainId),
                [] or [_] => throw new RpcException("typed transaction too short"),
                [2, ..] => Typed(raw, chainId),
                _ => throw new RpcException("transaction type not supported"),
            };
        }
        catch (FormatException e)
        {
            throw new RpcException("rlp: " + e.Message);
        }
    }

    // chain id, nonce, tip, fee, gas, to, value, data, access list, y parity, r, s
    private static SignedTransaction Typed(byte[] raw, BigInteger chainId)
    {
        var items = Items(raw.AsSpan(1), 12);
        var accessList = items[8]; // comes back encoded, because it is a list
        var unsigned = Rlp.List([.. items[..8].Select(item => Rlp.Bytes(item)), accessList]);
        var (v, r, s) = (Rlp.ReadNumber(items[9]), Rlp.ReadNumber(items[10]), Rlp.ReadNumber(items[11]));
        CheckChain(Rlp.ReadNumber(items[0]), chainId);
        return new SignedTransaction
        {
            Type = 2, Hash = Hex.Encode(Keccak256.Hash(raw)), ChainId = chainId, From = Sender([2, .. unsigned], v, r, s),
            Nonce = Rlp.ReadNumber(items[1]), MaxTip = Rlp.ReadNumber(items[2]), MaxFee = Rlp.ReadNumber(items[3]),
            GasLimit = Rlp.ReadNumber(items[4]), To = Receiver(items[5]), Value = Rlp.ReadNumber(items[6]), Data = items[7], V = v, R = r, S = s,
        };
    }

    // nonce, gas price, gas, to, value, data, v, r, s; signed with chain id, 0 and 0 in place of the last three
    private static SignedTransaction Legacy(byte[] raw, BigInteger chainId)
    {
        var items = Items(raw, 9);
        var (v, r, s) = (Rlp.ReadNumber(items[6]), Rlp.ReadNumber(items[7]), Rlp.ReadNumber(items[8]));
        if (v < 35)
            throw new RpcException("only replay-protected (EIP-155) transactions allowed over RPC");
        CheckChain((v - 35) / 2, chainId);
        var unsigned = Rlp.List([.. items[..6].Select(item => Rlp.Bytes(item)), Rlp.Number(chainId), Rlp.Number(0), Rlp.Number(0)]);
        var price = Rlp.ReadNumber(items[1]);
        return new SignedTransaction
        {
            Type = 0, Hash = Hex.Encode(Keccak256.Hash(raw)), ChainId = chainId, From = Sender(unsigned, (v - 35) % 2, r, s),
            Nonce = Rlp.ReadNumber(items[0]), MaxTip = price, MaxFee = price,
            GasLimit = Rlp.ReadNumber(items[2]), To = Receiver(items[3]), Value = Rlp.ReadNumber(items[4]), Data = items[5], V = v, R = r, S = s,
        };
    }

    private static byte[][] Items(ReadOnlySpan<byte> list, int count)
    {
        var items = Rlp.ReadList(list);
        return items.Count == count ? [.. items] : throw new RpcException(
            items.Count < count ? "rlp: too few elements for types.TxData" : "rlp: input list has too many elements for types.TxData");
    }

    private static void CheckChain(BigInteger have, BigInteger want)
    {
        if (have != want)
            throw new RpcException($"invalid sender: invalid chain id for signer: have {have} want {want}");
    }

    private static EthereumAddress Receiver(byte[] bytes) => bytes.Length switch
    {
        EthereumAddress.Size => new EthereumAddress(bytes),
        0 => throw new RpcException("this chain holds the platform's contracts only: it creates no others"),
        _ => throw new RpcException("rlp: input string of wrong length for common.Address"),
    };

    // Transactions must have the smaller s (EIP-2), unlike messages.
    private static EthereumAddress Sender(byte[] unsigned, BigInteger parity, BigInteger r, BigInteger s)
    {
        if (parity > 1 || r.GetBitLength() > 256 || s > HalfOrder)
            throw new RpcException("invalid sender: invalid transaction v, r, s values");
        return EthereumMessage.RecoverHash(Keccak256.Hash(unsigned), Abi.Encode(["uint256", "uint256"], [r, s]), (int)parity)
            ?? throw new RpcException("invalid sender: recovery failed");
    }
}
