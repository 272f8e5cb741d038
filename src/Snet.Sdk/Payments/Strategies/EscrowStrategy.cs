using Snet.Grpc;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>Pays each call from a payment channel, with a signature of its own.</summary>
internal sealed class EscrowStrategy(ChannelPool pool, ReceiptLog receipts) : IPaymentStrategy
{
    /// <exception cref="SpendingLimitException">A limit forbids the price.</exception>
    /// <exception cref="InsufficientFundsException">Channel, escrow and wallet together hold too little.</exception>
    /// <exception cref="ChannelStateException">The daemon's account of the channel cannot be believed.</exception>
    public async ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        using var reservation = await ReserveAsync(order, daemon, cancellationToken).ConfigureAwait(false);
        var lease = await pool.AcquireAsync(order with { Reservation = reservation }, daemon, cancellationToken).ConfigureAwait(false);
        return new Lease(lease);
    }

    // What is open counts as spent; before a limit forbids a payment for that, it is asked what became of it.
    private async ValueTask<SpendingReservation> ReserveAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        try
        {
            return await receipts.ReserveAsync(order, cancellationToken).ConfigureAwait(false);
        }
        catch (SpendingLimitException e) when (!e.IsRefusal && receipts.HasOpen)
        {
            if (!await pool.TryResolveAsync(order.Price, daemon, cancellationToken).ConfigureAwait(false))
                throw;
        }

        return await receipts.ReserveAsync(order, cancellationToken).ConfigureAwait(false);
    }

    private sealed class Lease(PaymentLease lease) : IPaymentLease
    {
        public GrpcMetadata Headers => lease.Headers;

        public PaymentReceipt Receipt => lease.Receipt;

        public PaymentReceipt Confirm() => lease.Confirm();

        public PaymentRefusal Refuse(GrpcException failure, int waited) => lease.Refuse(DaemonErrors.ReadRefusal(failure));

        public void Withdraw() => lease.Withdraw();

        public void Doubt() => lease.Doubt();

        public async Task<MoneyMoved> AskFateAsync(bool mayStillBeTaken, CancellationToken cancellationToken)
        {
            await lease.ResolveAsync(mayStillBeTaken, cancellationToken).ConfigureAwait(false);
            return Receipt.Outcome switch
            {
                PaymentOutcome.Paid => MoneyMoved.Yes,
                PaymentOutcome.NotCharged => MoneyMoved.No,
                _ => MoneyMoved.Unknown,
            };
        }
    }
}
