using System.Numerics;

namespace Snet.Ethereum;

/// <summary>What became of a transaction that is in a block.</summary>
/// <param name="Hash">The transaction's hash, 0x and 64 digits.</param>
/// <param name="Block">The block's number.</param>
/// <param name="Succeeded">Whether it was carried out; a reverted one costs gas and changes nothing.</param>
/// <param name="GasUsed">Units of gas.</param>
/// <param name="GasPrice">Wei for each unit.</param>
/// <param name="Logs">The events.</param>
internal sealed record TransactionReceipt(
    string Hash, BigInteger Block, bool Succeeded, BigInteger GasUsed, BigInteger GasPrice, IReadOnlyList<EthereumLog> Logs);

/// <summary>One event of a contract.</summary>
/// <param name="Contract">Who emitted it.</param>
/// <param name="Topics">The event's hash, then its indexed values, each 0x and 64 digits.</param>
/// <param name="Data">The values that are not indexed.</param>
/// <param name="Block">The block's number.</param>
internal sealed record EthereumLog(EthereumAddress Contract, IReadOnlyList<string> Topics, byte[] Data, BigInteger Block);
