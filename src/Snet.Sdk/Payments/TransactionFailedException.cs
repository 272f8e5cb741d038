namespace Snet.Sdk.Payments;

/// <summary>An Ethereum transaction was reverted, or is in no block yet.</summary>
public sealed class TransactionFailedException : SnetException
{
    internal TransactionFailedException(string message, string? hash, string? reason, bool isPending, string? link, Exception innerException)
        : base("transaction_failed", link is null ? message : $"{message} See {link}", innerException)
    {
        (TransactionHash, RevertReason, ExplorerLink) = (hash, reason, link);
        MoneyMoved = isPending ? MoneyMoved.Unknown : MoneyMoved.No;
        IsTransient = false;
    }

    /// <summary>The transaction's hash; null when it was refused before it was sent.</summary>
    public string? TransactionHash { get; }

    /// <summary>The contract's reason, if it gave one.</summary>
    public string? RevertReason { get; }

    /// <summary>Where it can be looked at.</summary>
    public string? ExplorerLink { get; }

    /// <summary>Whether the contract refused it, before it was sent or in its block.</summary>
    internal bool IsRevert { get; init; }
}
