namespace Snet.Ethereum;

/// <summary>Waits for one transaction: asks for the receipts of all its forms, and looks after it meanwhile.</summary>
/// <remarks>A node that does not answer, or answers nonsense, changes nothing about the transaction: it is asked again until the time is up.</remarks>
internal sealed class TransactionWatch(EthereumClient client, EthereumAddress from, TransactionCare care, TransactionLimits limits, SentTransaction sent)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private long? _displacedAt;

    /// <summary>Waits.</summary>
    /// <returns>The receipt, succeeded or not; null when another transaction of the account has had the nonce for a while, so that this one will never count.</returns>
    /// <exception cref="TransactionException">It is in no block in time.</exception>
    public async Task<TransactionReceipt?> RunAsync(CancellationToken cancellationToken)
    {
        var started = limits.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = limits.Longer(pause))
        {
            Exception? failure = null;
            try
            {
                if (await FindReceiptAsync(cancellationToken).ConfigureAwait(false) is { } receipt)
                    return receipt;
                if (limits.Time.GetElapsedTime(sent.CaredAt) >= limits.CareInterval && await IsDisplacedAsync(cancellationToken).ConfigureAwait(false))
                    return null;
            }
            catch (Exception e) when (e is JsonRpcException or FormatException)
            {
                failure = e;
            }

            if (limits.Time.GetElapsedTime(started) > limits.ReceiptTimeout)
                throw Pending(sent, $"is in no block after {limits.ReceiptTimeout.TotalSeconds:0} s, as far as the node knows", sent.Trouble ?? failure);
            await Task.Delay(pause, limits.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The error of a transaction whose fate is open.</summary>
    public static TransactionException Pending(SentTransaction sent, string what, Exception? cause) => new(
        $"The transaction {sent.Hash} {what}. It may still be carried out; look it up before you repeat it.", cause) { Hash = sent.Hash, IsPending = true };

    private async Task<TransactionReceipt?> FindReceiptAsync(CancellationToken cancellationToken)
    {
        foreach (var hash in sent.Hashes)
        {
            if (await client.GetReceiptAsync(hash, cancellationToken).ConfigureAwait(false) is { } receipt)
                return receipt;
        }

        return null;
    }

    private async Task<bool> IsDisplacedAsync(CancellationToken cancellationToken)
    {
        sent.CaredAt = limits.Time.GetTimestamp();
        var mined = await client.GetNonceAsync(from, cancellationToken).ConfigureAwait(false);
        if (sent.Nonce >= mined)
        {
            _displacedAt = null;
            await care.LookAfterAsync(sent, mined, cancellationToken).ConfigureAwait(false);
            return false;
        }

        // Its own receipt would come late from a node that lags, which knows it as waiting then.
        _displacedAt ??= limits.Time.GetTimestamp();
        return limits.Time.GetElapsedTime(_displacedAt.Value) >= limits.DisplacedAfter
            && !await IsAnyKnownAsync(cancellationToken).ConfigureAwait(false)
            && await FindReceiptAsync(cancellationToken).ConfigureAwait(false) is null;
    }

    private async Task<bool> IsAnyKnownAsync(CancellationToken cancellationToken)
    {
        foreach (var hash in sent.Hashes)
        {
            if (await client.KnowsTransactionAsync(hash, cancellationToken).ConfigureAwait(false))
                return true;
        }

        return false;
    }
}
