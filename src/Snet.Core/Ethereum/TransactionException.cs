using System.Numerics;

namespace Snet.Ethereum;

/// <summary>A transaction was not carried out, or nobody knows yet.</summary>
internal sealed class TransactionException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The transaction's hash; null when it was never sent.</summary>
    public string? Hash { get; init; }

    /// <summary>Why the contract refused it.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the contract refused it, or would have: it changed nothing but the ether for gas.</summary>
    public bool IsRevert { get; init; }

    /// <summary>Whether it was sent and may still be carried out.</summary>
    public bool IsPending { get; init; }

    /// <summary>Whether the same may succeed later, without anything being changed.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Wei that gas may cost, when the account has less.</summary>
    public BigInteger? GasNeeded { get; init; }

    /// <summary>Wei that the account has.</summary>
    public BigInteger? GasAvailable { get; init; }
}
