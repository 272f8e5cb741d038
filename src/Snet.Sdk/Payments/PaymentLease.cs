using Snet.Grpc;

namespace Snet.Sdk.Payments;

/// <summary>A signed payment for one call. Its holder says how the call ended; until then the channel waits.</summary>
internal sealed class PaymentLease(ChannelSession session, ChannelState before, ChannelState after, GrpcMetadata headers, ReceiptLog receipts, ReceiptEntry receipt)
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
        session.State = after;
        session.Open.Clear(); // a later total proves the fate of what came before
        return Settle(PaymentOutcome.Paid);
    }

    /// <summary>The daemon or the service refused the call: nothing was taken, the total stays.</summary>
    public PaymentReceipt Release() => Settle(PaymentOutcome.NotCharged);

    /// <summary>Nobody can tell; the daemon is asked before the channel is used again.</summary>
    public void Doubt()
    {
        session.State = null;
        session.Open.Add(new OpenPayment(receipt, before, after));
        Settle(PaymentOutcome.Unknown);
    }

    private PaymentReceipt Settle(PaymentOutcome outcome)
    {
        ObjectDisposedException.ThrowIf(_settled, this);
        _settled = true;
        var settled = receipts.Settle(receipt, outcome);
        session.Gate.Release();
        return settled;
    }
}
