using System.Numerics;

namespace Snet.Ethereum;

/// <summary>Sends the transactions of one account: nonce, gas and fees found, signed, sent, waited for and checked.</summary>
/// <remarks>
/// Nonces are given out one after the other, so several transactions can be under way at once. The first of a new account has nonce 0.
/// When the answer to sending is lost, the transaction is looked up by its hash before it is sent again: it has one nonce, so it cannot count twice.
/// Where others send from the same account, the next nonce is taken when the node says that one was used.
/// </remarks>
internal sealed class TransactionSender(
    EthereumClient client,
    EthereumAddress from,
    BigInteger chainId,
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign,
    TransactionLimits limits) : IDisposable
{
    private const int SendAttempts = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SendPause = TimeSpan.FromMilliseconds(500); // and twice that after the second attempt
    private static readonly BigInteger Gwei = 1_000_000_000;
    private static readonly BigInteger HighestTip = 100 * Gwei; // a node that suggests more is mistaken or lies

    private readonly SemaphoreSlim _gate = new(1, 1);
    private BigInteger _next;

    /// <summary>Sends a call of a contract and waits until it is in a block.</summary>
    /// <returns>The receipt of a transaction that succeeded.</returns>
    /// <exception cref="TransactionException">
    /// It would be or was reverted, cannot be paid, is not in a block in time, or may or may not have been sent.
    /// </exception>
    /// <exception cref="JsonRpcException">No node answered, or the node refused it; nothing was sent.</exception>
    public async Task<TransactionReceipt> SendAsync(EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        var (transaction, hash) = await SubmitAsync(to, data, cancellationToken).ConfigureAwait(false);
        var receipt = await WaitAsync(hash, cancellationToken).ConfigureAwait(false);
        if (receipt.Succeeded)
            return receipt;
        var reason = await FindReasonAsync(transaction, receipt.Block, cancellationToken).ConfigureAwait(false);
        throw new TransactionException($"The transaction {hash} was reverted: {reason ?? "no reason given"}.") { Hash = hash, Reason = reason };
    }

    /// <summary>Waits until the account's transactions are all in blocks that the node has seen, whoever sent them.</summary>
    /// <returns>Whether there were any to wait for.</returns>
    /// <exception cref="TransactionException">They are in no block in time.</exception>
    /// <exception cref="JsonRpcException">No node answered.</exception>
    public async Task<bool> WaitForEarlierAsync(CancellationToken cancellationToken)
    {
        var started = limits.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            var wanted = await client.GetNextNonceAsync(from, cancellationToken).ConfigureAwait(false);
            var seen = await client.GetNonceAsync(from, cancellationToken).ConfigureAwait(false);
            if (seen >= wanted)
                return pause > FirstPause;
            if (limits.Time.GetElapsedTime(started) > limits.ReceiptTimeout)
            {
                throw new TransactionException(
                    $"{wanted - seen} transactions of the account {from} are in no block yet, as far as the node knows. "
                    + "They may be what is to be done now: wait until they have arrived, or replace them.") { IsPending = true };
            }

            await Task.Delay(pause, limits.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<(Transaction Transaction, string Hash)> SubmitAsync(
        EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var transaction = await PrepareAsync(to, data, cancellationToken).ConfigureAwait(false);
                var signature = await sign(transaction.EncodeUnsigned(), cancellationToken).ConfigureAwait(false);
                var raw = transaction.EncodeSigned(signature);
                var hash = Hex.Encode(Keccak256.Hash(raw));
                // From here on the transaction can count. Nothing but its own end may stop the bookkeeping, so the caller's token does not.
                if (!await BroadcastAsync(raw, hash, mayRenew: attempt < SendAttempts).ConfigureAwait(false))
                    continue;
                _next = transaction.Nonce + 1;
                return (transaction, hash);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Transaction> PrepareAsync(EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        var gasTask = EstimateAsync(to, data, cancellationToken);
        var nonceTask = client.GetNextNonceAsync(from, cancellationToken);
        var baseFeeTask = client.GetBaseFeeAsync(cancellationToken);
        var tipTask = client.GetPriorityFeeAsync(cancellationToken);
        var balanceTask = client.GetBalanceAsync(from, cancellationToken);
        await Task.WhenAll(gasTask, nonceTask, baseFeeTask, tipTask, balanceTask).ConfigureAwait(false);

        var gas = await gasTask.ConfigureAwait(false);
        var tip = BigInteger.Min(BigInteger.Max(await tipTask.ConfigureAwait(false), 1), HighestTip);
        var maxFee = (2 * await baseFeeTask.ConfigureAwait(false)) + tip; // good for six full blocks in a row
        var balance = await balanceTask.ConfigureAwait(false);
        if (gas * maxFee > balance)
            throw new TransactionException($"The account {from} has too little ether for gas.") { GasNeeded = gas * maxFee, GasAvailable = balance };
        var nonce = BigInteger.Max(_next, await nonceTask.ConfigureAwait(false));
        return new Transaction(chainId, nonce, tip, maxFee, gas, to, BigInteger.Zero, data);
    }

    // The estimate and a fifth: what another transaction changes in between must not use up the gas.
    private async Task<BigInteger> EstimateAsync(EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        try
        {
            return await client.EstimateGasAsync(from, to, data, BigInteger.Zero, cancellationToken).ConfigureAwait(false) * 6 / 5;
        }
        catch (JsonRpcException e) when (RevertReason.IsRevert(e))
        {
            var reason = RevertReason.Read(e.ErrorData) ?? RevertReason.FromMessage(e.Message);
            throw new TransactionException($"The transaction would be reverted: {reason ?? "no reason given"}. Nothing was sent.", e) { Reason = reason };
        }
    }

    // False when it cannot count, because another transaction of the account has its nonce.
    private async Task<bool> BroadcastAsync(byte[] raw, string hash, bool mayRenew)
    {
        var mayHaveArrived = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.SendRawTransactionAsync(raw, CancellationToken.None).ConfigureAwait(false);
                return true;
            }
            catch (JsonRpcException e)
            {
                mayHaveArrived |= !e.IsAnswer;
                var known = await IsKnownAsync(hash).ConfigureAwait(false);
                if (known == true)
                    return true;
                if (mayRenew && !mayHaveArrived && IsNonceTaken(e))
                    return false;
                var refused = e.IsAnswer && e.Code != JsonRpcClient.LimitExceeded;
                if (refused || attempt == SendAttempts)
                    throw mayHaveArrived && !(refused && known == false) ? Pending(hash, "was not confirmed by the node", e) : e;
            }

            await Task.Delay(SendPause * attempt, limits.Time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // In the words of geth, which other nodes repeat: the other transaction is in a block, or waits for one.
    private static bool IsNonceTaken(JsonRpcException e) => e.IsAnswer
        && (e.Message.Contains("nonce too low", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("replacement transaction underpriced", StringComparison.OrdinalIgnoreCase));

    // Null when no node answers that either.
    private async Task<bool?> IsKnownAsync(string hash)
    {
        try
        {
            return await client.KnowsTransactionAsync(hash, CancellationToken.None).ConfigureAwait(false);
        }
        catch (JsonRpcException)
        {
            return null;
        }
    }

    // A node that does not answer changes nothing about the transaction: it is asked again until the time is up.
    private async Task<TransactionReceipt> WaitAsync(string hash, CancellationToken cancellationToken)
    {
        var started = limits.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            JsonRpcException? failure = null;
            try
            {
                if (await client.GetReceiptAsync(hash, cancellationToken).ConfigureAwait(false) is { } receipt)
                    return receipt;
            }
            catch (JsonRpcException e)
            {
                failure = e;
            }

            if (limits.Time.GetElapsedTime(started) > limits.ReceiptTimeout)
                throw Pending(hash, $"is in no block after {limits.ReceiptTimeout.TotalSeconds:0} s, as far as the node knows", failure);
            await Task.Delay(pause, limits.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private TimeSpan Longer(TimeSpan pause) => pause < limits.PollInterval ? pause * 2 : limits.PollInterval;

    private static TransactionException Pending(string hash, string what, Exception? cause) =>
        new($"The transaction {hash} {what}. It may still be carried out; look it up before you repeat it.", cause) { Hash = hash, IsPending = true };

    private async Task<string?> FindReasonAsync(Transaction transaction, BigInteger block, CancellationToken cancellationToken)
    {
        try
        {
            await client.ReplayAsync(from, transaction, block, cancellationToken).ConfigureAwait(false);
            return null; // it would pass now: it ran out of gas, or the state has changed since
        }
        catch (JsonRpcException e)
        {
            return RevertReason.Read(e.ErrorData) ?? RevertReason.FromMessage(e.Message);
        }
    }
}

/// <summary>How long a transaction is waited for.</summary>
/// <param name="ReceiptTimeout">The most time until it is in a block.</param>
/// <param name="PollInterval">The longest pause between two looks.</param>
/// <param name="Time">The clock.</param>
internal sealed record TransactionLimits(TimeSpan ReceiptTimeout, TimeSpan PollInterval, TimeProvider Time);
