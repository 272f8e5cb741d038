namespace Snet.Sdk.Payments.Receipts;

/// <summary>An amount that the spending policy has set aside for one payment, so that payments side by side cannot overshoot it together.</summary>
/// <remarks>Disposed before anything was signed, it gives the amount back. Once a receipt took it over, the receipt counts in its place until it is settled as not charged.</remarks>
internal sealed class SpendingReservation(ReceiptLog log, Spending spending) : IDisposable
{
    public Spending Spending => spending;

    /// <summary>Whether it still counts; the log alone ends that.</summary>
    public bool IsHeld { get; set; } = true;

    public void Dispose() => log.GiveBack(this);
}
