using System.Numerics;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A transaction in its block.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Block">The block's number.</param>
/// <param name="Index">Its place in the block.</param>
/// <param name="Succeeded">Whether it was carried out.</param>
/// <param name="GasUsed">Units of gas.</param>
/// <param name="CumulativeGas">Units of gas of the block up to it.</param>
/// <param name="FirstLogIndex">The place in the block of its first log.</param>
/// <param name="Logs">Its events; none when it was reverted.</param>
internal sealed record MinedTransaction(
    SignedTransaction Transaction, long Block, int Index, bool Succeeded, long GasUsed, long CumulativeGas, int FirstLogIndex,
    IReadOnlyList<EmittedLog> Logs)
{
    /// <summary>What was paid for each unit of gas, in wei.</summary>
    public BigInteger GasPrice => Transaction.PriceAt(Ledger.BaseFee);
}
