using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>Transactions that are in no block yet: those that wait for one, and those that wait for an earlier nonce.</summary>
internal sealed class TransactionPool
{
    private readonly Dictionary<EthereumAddress, SortedDictionary<BigInteger, SignedTransaction>> _waiting = [];

    /// <summary>Takes a transaction in; one with the same nonce gives way when both fees rise by a tenth.</summary>
    /// <exception cref="RpcException">It is there already, or replaces another for too little.</exception>
    public void Add(SignedTransaction transaction)
    {
        if (!_waiting.TryGetValue(transaction.From, out var own))
            _waiting[transaction.From] = own = [];
        if (own.TryGetValue(transaction.Nonce, out var old))
        {
            if (old.Hash == transaction.Hash)
                throw new RpcException("already known");
            if (transaction.MaxFee * 10 < old.MaxFee * 11 || transaction.MaxTip * 10 < old.MaxTip * 11)
                throw new RpcException("replacement transaction underpriced");
        }

        own[transaction.Nonce] = transaction;
    }

    /// <summary>Takes a transaction out.</summary>
    public void Remove(SignedTransaction transaction)
    {
        var own = _waiting[transaction.From];
        own.Remove(transaction.Nonce);
        if (own.Count == 0)
            _waiting.Remove(transaction.From);
    }

    /// <summary>Gives the transactions that can go into a block next: one of each sender at most.</summary>
    /// <param name="nonceOf">The nonce that the chain expects of an account.</param>
    public IReadOnlyList<SignedTransaction> Ready(Func<EthereumAddress, BigInteger> nonceOf) =>
        [.. _waiting.Select(own => own.Value.GetValueOrDefault(nonceOf(own.Key))).OfType<SignedTransaction>()];

    /// <summary>Gives the nonce behind an account's unbroken row of waiting transactions.</summary>
    public BigInteger NextNonce(EthereumAddress account, BigInteger nonce)
    {
        if (_waiting.TryGetValue(account, out var own))
        {
            while (own.ContainsKey(nonce))
                nonce++;
        }

        return nonce;
    }

    /// <summary>Gives what an account's waiting transactions can cost, but for one nonce, in wei.</summary>
    public BigInteger CostOf(EthereumAddress account, BigInteger exceptNonce) => _waiting.TryGetValue(account, out var own)
        ? own.Values.Where(transaction => transaction.Nonce != exceptNonce).Aggregate(BigInteger.Zero, (sum, transaction) => sum + transaction.Cost)
        : BigInteger.Zero;

    /// <summary>Finds a transaction by its hash; null when none waits.</summary>
    public SignedTransaction? Find(string hash) =>
        _waiting.Values.SelectMany(own => own.Values).FirstOrDefault(transaction => transaction.Hash == hash);
}
