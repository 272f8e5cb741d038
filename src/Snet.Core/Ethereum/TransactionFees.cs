using System.Numerics;

namespace Snet.Ethereum;

/// <summary>What a transaction pays for each unit of gas (EIP-1559), in wei.</summary>
/// <param name="BaseFee">What the chain asks for now, and burns.</param>
/// <param name="Tip">What the block's maker gets beyond it.</param>
/// <param name="MaxFee">The most that both together may come to; what is not needed is not paid.</param>
/// <seealso href="https://eips.ethereum.org/EIPS/eip-1559">EIP-1559</seealso>
internal sealed record TransactionFees(BigInteger BaseFee, BigInteger Tip, BigInteger MaxFee)
{
    /// <summary>What a node may suggest as a tip at most: one that says more is mistaken or lies.</summary>
    public static readonly BigInteger HighestTip = 100 * Gwei;

    private const long Gwei = 1_000_000_000;

    /// <summary>What a unit of gas costs as things are.</summary>
    public BigInteger Price => BigInteger.Min(BaseFee + Tip, MaxFee);

    /// <summary>Reads what the chain asks for now. Twice the base fee is good for six full blocks in a row.</summary>
    /// <exception cref="JsonRpcException">No node answered.</exception>
    public static async Task<TransactionFees> ReadAsync(EthereumClient client, CancellationToken cancellationToken)
    {
        var baseFeeTask = client.GetBaseFeeAsync(cancellationToken);
        var tip = BigInteger.Min(BigInteger.Max(await client.GetPriorityFeeAsync(cancellationToken).ConfigureAwait(false), 1), HighestTip);
        var baseFee = await baseFeeTask.ConfigureAwait(false);
        return new TransactionFees(baseFee, tip, (2 * baseFee) + tip);
    }

    /// <summary>Keeps to a limit.</summary>
    /// <param name="limit">The most for a unit of gas; null for none.</param>
    /// <returns>The fees; null when the chain asks for more than that now.</returns>
    public TransactionFees? Within(BigInteger? limit) => limit is not { } most || MaxFee <= most ? this : BaseFee + Tip <= most ? this with { MaxFee = most } : null;

    /// <summary>Gives the fees of a transaction that takes another's place: an eighth more than that one had, and what the chain asks for now at least.</summary>
    /// <remarks>Nodes keep the old one unless both numbers rise by a tenth (geth and most others) or an eighth.</remarks>
    /// <param name="old">The transaction that is stuck.</param>
    /// <param name="limit">The most for a unit of gas; null for none.</param>
    /// <returns>The fees; null when the limit, or the highest tip, forbids them.</returns>
    public TransactionFees? Above(Transaction old, BigInteger? limit)
    {
        var (tip, least) = (BigInteger.Max(Tip, Raised(old.MaxPriorityFeePerGas)), Raised(old.MaxFeePerGas));
        var fees = this with { Tip = tip, MaxFee = BigInteger.Max(MaxFee, least) };
        return tip <= HighestTip && (limit is null || least <= limit) ? fees.Within(limit) : null;
    }

    private static BigInteger Raised(BigInteger fee) => ((fee * 9) + 7) / 8;
}
