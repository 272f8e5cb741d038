namespace Snet.Sdk.Payments.Receipts;

/// <summary>One payment in the log of receipts; the log alone changes it.</summary>
/// <param name="number">Its number among the account's receipts, from 1.</param>
/// <param name="by">The client that signed it.</param>
/// <param name="receipt">The receipt.</param>
internal sealed class ReceiptEntry(long number, string by, PaymentReceipt receipt)
{
    private PaymentReceipt _receipt = receipt;

    public long Number => number;

    public string By => by;

    /// <summary>The receipt as it is now.</summary>
    public PaymentReceipt Receipt
    {
        get => Volatile.Read(ref _receipt);
        set => Volatile.Write(ref _receipt, value);
    }

    /// <summary>The outcome that files and totals have; the receipt's own may be ahead of it while a file cannot be written.</summary>
    public PaymentOutcome Recorded { get; set; }

    /// <summary>Whether the call that it pays for is under way in this client: whoever made the call settles it.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>After what time the daemon gives its call up: <see cref="TimeSpan.MaxValue"/> when nobody told it, null when another client signed the payment.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>When its call broke off in this client; null while that has not happened.</summary>
    public DateTimeOffset? BrokenOff { get; set; }

    /// <summary>Whether the daemon can have nothing more to do with its call, so that what it has not taken by now stays untaken.</summary>
    public bool IsOver { get; set; }
}
