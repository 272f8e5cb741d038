namespace Snet.Sdk.Payments;

/// <summary>Keeps the receipts of this process, newest last.</summary>
internal sealed class ReceiptLog
{
    private readonly Lock _lock = new();
    private readonly List<PaymentReceipt> _receipts = [];

    /// <summary>Adds a receipt and gives its place.</summary>
    public int Add(PaymentReceipt receipt)
    {
        lock (_lock)
        {
            _receipts.Add(receipt);
            return _receipts.Count - 1;
        }
    }

    /// <summary>Notes what became of a payment.</summary>
    /// <returns>The receipt as it is now.</returns>
    public PaymentReceipt Settle(int place, PaymentOutcome outcome)
    {
        lock (_lock)
            return _receipts[place] = _receipts[place] with { Outcome = outcome };
    }

    /// <summary>Gives one receipt as it is now.</summary>
    public PaymentReceipt Get(int place)
    {
        lock (_lock)
            return _receipts[place];
    }

    /// <summary>Gives all receipts as they are now.</summary>
    public PaymentReceipt[] Snapshot()
    {
        lock (_lock)
            return [.. _receipts];
    }
}
