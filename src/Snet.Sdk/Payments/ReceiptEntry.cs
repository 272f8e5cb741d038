namespace Snet.Sdk.Payments;

/// <summary>One payment in the log of receipts; the log alone changes it.</summary>
internal sealed class ReceiptEntry(PaymentReceipt receipt)
{
    private PaymentReceipt _receipt = receipt;

    /// <summary>The receipt as it is now.</summary>
    public PaymentReceipt Receipt
    {
        get => Volatile.Read(ref _receipt);
        set => Volatile.Write(ref _receipt, value);
    }

    /// <summary>Whether the call that it pays for is under way in this client: whoever made the call settles it.</summary>
    public bool IsUnderWay { get; set; } = true;
}
