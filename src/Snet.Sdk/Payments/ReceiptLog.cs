namespace Snet.Sdk.Payments;

/// <summary>Keeps the receipts, oldest first, and holds payments to the spending policy.</summary>
internal sealed class ReceiptLog(SpendingPolicy policy)
{
    private readonly Lock _lock = new();
    private readonly List<ReceiptEntry> _entries = [];

    /// <summary>Asks the policy whether an order may be paid, and sets its price aside. Called before anything is signed.</summary>
    /// <exception cref="SpendingLimitException">A limit forbids it.</exception>
    public ValueTask<SpendingReservation> ReserveAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        policy.Check(order.Price);
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
    /// <returns>The receipt as it is now.</returns>
    public PaymentReceipt Settle(ReceiptEntry entry, PaymentOutcome outcome)
    {
        lock (_lock)
            return entry.Receipt = entry.Receipt with { Outcome = outcome };
    }

    /// <summary>Gives all receipts as they are now.</summary>
    public PaymentReceipt[] Snapshot()
    {
        lock (_lock)
            return [.. _entries.Select(e => e.Receipt)];
    }
}
