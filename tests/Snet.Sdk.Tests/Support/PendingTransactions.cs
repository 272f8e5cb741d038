using Snet.Ethereum;
using Snet.Sdk.Sandbox;

namespace Snet.Sdk.Tests.Support;

/// <summary>Transactions that the sandbox's node has and that are in no block.</summary>
internal static class PendingTransactions
{
    /// <summary>How many of an account wait.</summary>
    public static int CountPending(this SandboxChain chain, EthereumAddress account)
    {
        lock (chain.Ledger.Gate)
        {
            var mined = chain.Ledger.AccountAt(account, chain.Ledger.Clock.Latest).Nonce;
            return (int)(chain.Ledger.Pool.NextNonce(account, mined) - mined);
        }
    }

    /// <summary>Waits until so many of an account wait.</summary>
    public static async Task PendingAsync(this SandboxChain chain, EthereumAddress account, int count = 1)
    {
        for (var limit = 0; chain.CountPending(account) != count; limit++)
        {
            limit.ShouldBeLessThan(4_000, $"{chain.CountPending(account)} of {count} transactions wait");
            await Task.Delay(5);
        }
    }
}
