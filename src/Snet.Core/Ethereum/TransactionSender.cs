using System.Numerics;
using System.Security.Cryptography;

namespace Snet.Ethereum;

/// <summary>Sends the transactions of one account: nonce, gas and fees found, signed, sent, waited for and checked.</summary>
/// <remarks>
/// Nonces are given out one after the other, so several transactions can be under way at once. The first of a new account has nonce 0.
/// What was sent is kept until it is safely in a block: lost by the node, or taken back with its block, it is sent again, before anything that comes
/// after it; stuck, it goes again with higher fees. All that has one nonce, so it cannot count twice. Only when another transaction of the account, from
/// another process, has had the nonce for good, ours is signed anew with the next one.
/// </remarks>
internal sealed class TransactionSender : IDisposable
{
    private const int Attempts = 3;
    private const int RandomGas = 1 << 12; // units
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly EthereumClient _client;
    private readonly EthereumAddress _from;
    private readonly BigInteger _chainId;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> _sign;
    private readonly TransactionLimits _limits;
    private readonly Action<TransactionStep, SentTransaction> _notice;
    private readonly TransactionCare _care;
    private readonly SemaphoreSlim _gate = new(1, 1); // whoever sends, or looks after what nobody waits for
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly List<SentTransaction> _kept = [];
    private bool _disposed;
    private long _lastBlock; // the latest in which one of them was seen

    /// <summary>Makes a sender for an account. No two should serve the same one in a process: they would look after each other's nonces like strangers.</summary>
    public TransactionSender(
        EthereumClient client,
        EthereumAddress from,
        BigInteger chainId,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign,
        TransactionLimits limits,
        Action<TransactionStep, SentTransaction>? notice = null)
    {
        (_client, _from, _chainId, _sign, _limits, _notice) = (client, from, chainId, sign, limits, notice ?? ((_, _) => { }));
        _closed = _closing.Token;
        _care = new TransactionCare(client, from, SignAsync, limits, _notice);
    }

    /// <summary>Sends a call of a contract and waits until it is in a block.</summary>
    /// <returns>The receipt of a transaction that succeeded.</returns>
    /// <exception cref="TransactionException">
    /// It would be or was reverted, cannot be paid, is not in a block in time, or may or may not have been sent.
    /// </exception>
    /// <exception cref="JsonRpcException">No node answered, or the node refused it; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The waiting was ended. The message has the hash of what was sent, which is looked after before the next one is sent.</exception>
    public async Task<TransactionReceipt> SendAsync(EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var sent = await SubmitAsync(to, data, cancellationToken).ConfigureAwait(false);
            var watch = new TransactionWatch(_client, _from, _care, _limits, sent);
            var receipt = await AwaitAsync(sent, WatchAsync(watch, sent), cancellationToken).ConfigureAwait(false);
            if (receipt is { Succeeded: true })
                return receipt;
            if (receipt is not null)
            {
                var reason = await FindReasonAsync(sent.Latest, receipt.Block, cancellationToken).ConfigureAwait(false);
                throw new TransactionException($"The transaction {receipt.Hash} was reverted: {reason ?? "no reason given"}.") { Hash = receipt.Hash, Reason = reason, IsRevert = true };
            }

            // Another one had its nonce for good, so it will never be carried out.
            if (attempt == Attempts)
                throw new TransactionException($"The account {_from} is used by others at the same time: each nonce was taken by another transaction {Attempts} times. Nothing was carried out.") { IsTransient = true };
        }
    }

    /// <summary>Waits until the account's transactions are all in blocks that the node has seen, whoever sent them.</summary>
    /// <returns>Whether there were any to wait for.</returns>
    /// <exception cref="TransactionException">They are in no block in time.</exception>
    /// <exception cref="JsonRpcException">No node answered.</exception>
    public async Task<bool> WaitForEarlierAsync(CancellationToken cancellationToken)
    {
        var started = _limits.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = _limits.Longer(pause))
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            BigInteger next, mined;
            try
            {
                (next, mined) = await LookAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }

            if (mined >= next)
                return pause > FirstPause;
            if (_limits.Time.GetElapsedTime(started) > _limits.ReceiptTimeout)
            {
                throw new TransactionException(
                    $"{next - mined} transactions of the account {_from} are in no block yet, as far as the node knows. "
                    + "They may be what is to be done now: wait until they have arrived, or replace them.") { IsPending = true };
            }

            await Task.Delay(pause, _limits.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        _closing.Cancel();
        _closing.Dispose(); // not the gate: whoever waits for it would wait for ever
    }

    private async Task<SentTransaction> SubmitAsync(EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
            for (var attempt = 1; ; attempt++)
            {
                var (nonce, _) = await LookAsync(cancellationToken).ConfigureAwait(false);
                var transaction = await PrepareAsync(nonce, to, data, cancellationToken).ConfigureAwait(false);
                var sent = new SentTransaction(transaction, await SignAsync(transaction, cancellationToken).ConfigureAwait(false), _limits.Time.GetTimestamp());
                if (await SendAsync(sent, cancellationToken).ConfigureAwait(false))
                {
                    lock (_closing)
                        _kept.Add(sent);
                    _notice(TransactionStep.Sent, sent);
                    return sent;
                }

                if (attempt == Attempts)
                    throw new TransactionException($"The node says that another transaction has the nonce {nonce}, and tells no free one. Nothing was sent; try again.") { IsTransient = true };
                await Task.Delay(RetryPause * (attempt - 1), _limits.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<bool> SendAsync(SentTransaction sent, CancellationToken cancellationToken)
    {
        try
        {
            return await _care.SendAsync(sent).ConfigureAwait(false);
        }
        catch (JsonRpcException e) when (e.IsAnswer && e.Message.Contains("insufficient funds", StringComparison.OrdinalIgnoreCase))
        {
            // There was enough when it was prepared: what is under way has to be paid as well.
            var balance = await _client.GetBalanceAsync(_from, cancellationToken).ConfigureAwait(false);
            lock (_closing)
                throw TooLittleEther(_kept.Where(other => other.MinedAt is null).Aggregate(sent.Latest.MaxCost, (sum, other) => sum + other.Latest.MaxCost), balance);
        }
    }

    // The lowest nonce that is free, and how many are in blocks. What the chain does not have any more, and nobody waits for, is looked after on the way.
    private async Task<(BigInteger Next, BigInteger Mined)> LookAsync(CancellationToken cancellationToken)
    {
        var nextTask = _client.GetNextNonceAsync(_from, cancellationToken);
        var mined = await _client.GetNonceAsync(_from, cancellationToken).ConfigureAwait(false);
        var next = BigInteger.Max(mined, await nextTask.ConfigureAwait(false));
        SentTransaction[] open;
        lock (_closing)
        {
            _kept.RemoveAll(sent => sent.MinedAt is { } at ? _limits.Time.GetElapsedTime(at) > _limits.KeepMined : !sent.IsWatched && sent.Nonce < mined);
            open = [.. _kept.Where(sent => sent.Nonce >= mined).OrderBy(sent => sent.Nonce)];
        }

        foreach (var sent in open)
        {
            if (!sent.IsWatched)
                await _care.LookAfterAsync(sent, mined, cancellationToken).ConfigureAwait(false);
            if (sent.Nonce == next)
                next++; // the node may not know it yet, or not any more. A gap before it was another's, and is filled.
        }

        return (next, mined);
    }

    private async Task<Transaction> PrepareAsync(BigInteger nonce, EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        var feesTask = TransactionFees.ReadAsync(_client, cancellationToken);
        var balanceTask = _client.GetBalanceAsync(_from, cancellationToken);
        var gasTask = EstimateAsync(to, data, cancellationToken);
        await Task.WhenAll(feesTask, balanceTask, gasTask).ConfigureAwait(false);

        var (asked, balance, gas) = (await feesTask.ConfigureAwait(false), await balanceTask.ConfigureAwait(false), await gasTask.ConfigureAwait(false));
        var fees = asked.Within(_limits.MaxFeePerGas) ?? throw new TransactionException(
            $"A unit of gas costs {asked.BaseFee + asked.Tip} wei now and at most {_limits.MaxFeePerGas} are to be paid. Nothing was sent; try again when it is cheaper.") { IsTransient = true };
        if (gas * fees.MaxFee > balance)
            throw TooLittleEther(gas * fees.MaxFee, balance);
        return new Transaction(_chainId, nonce, fees.Tip, fees.MaxFee, gas, to, BigInteger.Zero, data);
    }

    // The estimate and a fifth: what another transaction changes in between must not use up the gas. And a little at random, which costs nothing: two
    // processes that send the same at the same time would otherwise make the same bytes, and each take the other's transaction for its own.
    private async Task<BigInteger> EstimateAsync(EthereumAddress to, byte[] data, CancellationToken cancellationToken)
    {
        var started = _limits.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = _limits.Longer(pause))
        {
            try
            {
                return await _client.EstimateGasAsync(_from, to, data, BigInteger.Zero, cancellationToken).ConfigureAwait(false) * 6 / 5
                    + RandomNumberGenerator.GetInt32(RandomGas);
            }
            catch (JsonRpcException e) when (RevertReason.IsRevert(e))
            {
                // A node that has not heard of our last transaction judges by what was before it.
                var isBehind = await _client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false) < Volatile.Read(ref _lastBlock);
                if (!isBehind || _limits.Time.GetElapsedTime(started) > _limits.ReplaceAfter)
                {
                    var reason = RevertReason.Read(e.ErrorData) ?? RevertReason.FromMessage(e.Message);
                    throw new TransactionException($"The transaction would be reverted: {reason ?? "no reason given"}. Nothing was sent.", e) { Reason = reason, IsRevert = true };
                }
            }

            await Task.Delay(pause, _limits.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private TransactionException TooLittleEther(BigInteger needed, BigInteger balance) =>
        new($"The account {_from} has too little ether for gas.") { GasNeeded = needed, GasAvailable = balance };

    private async Task<byte[]> SignAsync(Transaction transaction, CancellationToken cancellationToken) =>
        transaction.EncodeSigned(await _sign(transaction.EncodeUnsigned(), cancellationToken).ConfigureAwait(false));

    // Goes on when the caller no longer waits: what was sent is looked after until it is in a block or its time is up.
    private async Task<TransactionReceipt?> WatchAsync(TransactionWatch watch, SentTransaction sent)
    {
        try
        {
            var receipt = await watch.RunAsync(_closed).ConfigureAwait(false);
            lock (_closing)
            {
                if (receipt is null)
                    _kept.Remove(sent);
                else
                    (sent.MinedAt, _lastBlock) = (_limits.Time.GetTimestamp(), Math.Max(_lastBlock, (long)receipt.Block));
            }

            return receipt;
        }
        finally
        {
            sent.IsWatched = false;
        }
    }

    private async Task<TransactionReceipt?> AwaitAsync(SentTransaction sent, Task<TransactionReceipt?> watching, CancellationToken cancellationToken)
    {
        try
        {
            return await watching.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            _notice(TransactionStep.Left, sent);
            _ = watching.ContinueWith(end => end.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // nobody is there to be told
            throw new OperationCanceledException($"The transaction {sent.Hash} is no longer waited for. It was sent and may still be carried out.", e, cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            throw TransactionWatch.Pending(sent, "is no longer waited for, because the client was closed", e);
        }
    }

    private async Task<string?> FindReasonAsync(Transaction transaction, BigInteger block, CancellationToken cancellationToken)
    {
        try
        {
            await _client.ReplayAsync(_from, transaction, block, cancellationToken).ConfigureAwait(false);
            return null; // it would pass now: it ran out of gas, or the state has changed since
        }
        catch (JsonRpcException e)
        {
            return RevertReason.Read(e.ErrorData) ?? RevertReason.FromMessage(e.Message);
        }
    }
}
