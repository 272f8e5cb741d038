using System.Numerics;

namespace Snet.Ethereum;

/// <summary>Gets transactions to the node and keeps them there: sends, sends again what was lost, raises the fees of what is stuck.</summary>
/// <remarks>What is sent again has the same nonce, and mostly the same bytes, so it cannot count twice.</remarks>
internal sealed class TransactionCare(
    EthereumClient client, EthereumAddress from, Func<Transaction, CancellationToken, Task<byte[]>> sign, TransactionLimits limits, Action<TransactionStep, SentTransaction> notice)
{
    private const int SendAttempts = 3;
    private static readonly TimeSpan SendPause = TimeSpan.FromMilliseconds(500); // and twice that after the second attempt

    /// <summary>Sends a transaction that was just signed.</summary>
    /// <remarks>It can count from here on. Nothing but its own end may stop the bookkeeping, so no caller's token does.</remarks>
    /// <returns>False when it cannot count, because another transaction of the account has its nonce. True when the node has it, or may have it.</returns>
    /// <exception cref="JsonRpcException">The node refused it, for another reason.</exception>
    public async Task<bool> SendAsync(SentTransaction sent)
    {
        var mayHaveArrived = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.SendRawTransactionAsync(sent.Raw, CancellationToken.None).ConfigureAwait(false);
                return true;
            }
            catch (JsonRpcException e)
            {
                mayHaveArrived |= !e.IsAnswer;
                var isKnown = await IsKnownAsync(sent.Hash).ConfigureAwait(false);
                if (isKnown == true || IsThere(e))
                    return true;
                if (IsNonceTaken(e))
                    return mayHaveArrived; // if it arrived it may have been carried out; its receipt or the chain's count will tell
                var isRefused = e.IsAnswer && e.Code != JsonRpcClient.LimitExceeded;
                if (isRefused && (!mayHaveArrived || isKnown == false))
                    throw;
                if (attempt == SendAttempts)
                {
                    if (mayHaveArrived)
                        return true; // nobody can say now; who waits for it goes on asking
                    throw;
                }
            }

            await Task.Delay(SendPause * attempt, limits.Time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Looks after a transaction that is in no block.</summary>
    /// <param name="sent">The transaction.</param>
    /// <param name="mined">How many of the account's transactions are in blocks.</param>
    /// <param name="cancellationToken">Ends the care, not the transaction.</param>
    /// <exception cref="JsonRpcException">No node answered.</exception>
    public async Task LookAfterAsync(SentTransaction sent, BigInteger mined, CancellationToken cancellationToken)
    {
        if (sent.Nonce < mined)
            return; // its nonce is used: by itself, or by another in its place
        sent.CaredAt = limits.Time.GetTimestamp();
        var isLost = !await client.KnowsTransactionAsync(sent.Hash, cancellationToken).ConfigureAwait(false);
        if (isLost && await SendAgainAsync(sent, cancellationToken).ConfigureAwait(false))
            return;
        // Higher fees help the first of those that wait, and only where fees are what it waits for.
        if (sent.Nonce == mined && (isLost || limits.Time.GetElapsedTime(sent.SentAt) >= limits.ReplaceAfter))
            await ReplaceAsync(sent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a node said, in geth's words, that another transaction has the nonce: in a block, or waiting for one.</summary>
    public static bool IsNonceTaken(JsonRpcException e) => e.IsAnswer
        && (e.Message.Contains("nonce too low", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("replacement transaction underpriced", StringComparison.OrdinalIgnoreCase));

    // In the words of geth, Nethermind and Besu. Another node behind the same address may not tell it by its hash.
    private static bool IsThere(JsonRpcException e) => e.IsAnswer
        && (e.Message.Contains("already known", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("AlreadyKnown", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains(": known transaction", StringComparison.OrdinalIgnoreCase));

    // False when the node refuses it as it is: mostly because the fees that once sufficed no longer do.
    private async Task<bool> SendAgainAsync(SentTransaction sent, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendRawTransactionAsync(sent.Raw, cancellationToken).ConfigureAwait(false);
            notice(TransactionStep.SentAgain, sent);
            return true;
        }
        catch (JsonRpcException e) when (e.IsAnswer)
        {
            return IsNonceTaken(e) || e.Code == JsonRpcClient.LimitExceeded || await IsKnownAsync(sent.Hash).ConfigureAwait(false) == true;
        }
    }

    private async Task ReplaceAsync(SentTransaction sent, CancellationToken cancellationToken)
    {
        if (sent.Trouble is not null || sent.Replacements == limits.MaxReplacements)
            return;
        var asked = await TransactionFees.ReadAsync(client, cancellationToken).ConfigureAwait(false);
        var balance = await client.GetBalanceAsync(from, cancellationToken).ConfigureAwait(false);
        if (asked.Above(sent.Latest, limits.MaxFeePerGas) is not { } fees || sent.Latest.GasLimit * fees.MaxFee > balance)
        {
            sent.Trouble = new TransactionException($"It is stuck, and more than its {sent.Latest.MaxFeePerGas} wei for a unit of gas would be beyond a limit or the account's ether.");
            return;
        }

        var transaction = sent.Latest with { MaxPriorityFeePerGas = fees.Tip, MaxFeePerGas = fees.MaxFee };
        try
        {
            // From here on the new form's receipt counts as well.
            sent.Add(transaction, await sign(transaction, cancellationToken).ConfigureAwait(false), limits.Time.GetTimestamp());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            sent.Trouble = e; // whatever a user's signer throws; who waits is told in the end
            return;
        }

        try
        {
            await client.SendRawTransactionAsync(sent.Raw, CancellationToken.None).ConfigureAwait(false);
            notice(TransactionStep.Replaced, sent);
        }
        catch (JsonRpcException e)
        {
            if (e.IsAnswer && e.Code != JsonRpcClient.LimitExceeded && await IsKnownAsync(sent.Hash).ConfigureAwait(false) == false)
                sent.TakeBack(e); // otherwise it may have arrived, and is looked after like any other
        }
    }

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
}

/// <summary>What happened to a transaction, for the log.</summary>
internal enum TransactionStep
{
    /// <summary>It was sent.</summary>
    Sent,

    /// <summary>The node had lost it; the same bytes were sent again.</summary>
    SentAgain,

    /// <summary>It was stuck; it was sent with higher fees.</summary>
    Replaced,

    /// <summary>Nobody waits for it any more. It may still be carried out.</summary>
    Left,
}
