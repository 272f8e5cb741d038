using Snet.Grpc;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Channels;

/// <summary>A signed payment for one call. Its holder says how the call ended; until then the channel waits.</summary>
internal sealed class PaymentLease(
    ChannelPool pool, ChannelSession session, PaymentOrder order, DaemonConnection daemon, ChannelState after, GrpcMetadata headers, ReceiptEntry receipt)
{
    private bool _settled;

    /// <summary>The headers that carry the payment.</summary>
    public GrpcMetadata Headers => headers;

    public ChannelSession Session => session;

    /// <summary>The receipt as it is now.</summary>
    public PaymentReceipt Receipt => receipt.Receipt;

    /// <summary>The call succeeded, so the daemon took the price.</summary>
    public PaymentReceipt Confirm()
    {
        pool.Confirmed(session, after);
        return Settle(PaymentOutcome.Paid);
    }

    /// <summary>The daemon or the service refused the call: nothing was taken, the total stays.</summary>
    /// <param name="refusal">What the refusal says of the payment.</param>
    /// <returns>The same, or <see cref="PaymentRefusal.Later"/> when the same payment should be tried again.</returns>
    public PaymentRefusal Refuse(PaymentRefusal refusal)
    {
        var result = pool.Refused(session, order, refusal);
        Settle(PaymentOutcome.NotCharged);
        return result;
    }

    /// <summary>The payment is not sent after all.</summary>
    public void Withdraw() => Settle(PaymentOutcome.NotCharged);

    /// <summary>Nobody can tell; the daemon is asked before the channel is used again.</summary>
    public void Doubt()
    {
        pool.Doubted(session);
        Settle(PaymentOutcome.Unknown);
    }

    /// <summary>After <see cref="Doubt"/>: asks the daemon, unless somebody else has asked it since.</summary>
    /// <param name="mayStillBeTaken">Whether the payment stays open when it looks untaken, since the daemon may be at work on it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task ResolveAsync(bool mayStillBeTaken, CancellationToken cancellationToken)
    {
        if (Receipt.Outcome != PaymentOutcome.Unknown)
            return;
        receipt.IsOver |= !mayStillBeTaken;
        await pool.ResolveAsync(session, daemon, cancellationToken).ConfigureAwait(false);
    }

    private PaymentReceipt Settle(PaymentOutcome outcome)
    {
        ObjectDisposedException.ThrowIf(_settled, this);
        _settled = true;
        return pool.End(session, order, receipt, outcome);
    }
}
