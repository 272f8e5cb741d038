namespace Snet.Sdk.Payments;

/// <summary>Goes with an order whose caller is told what it cost even when it was cancelled: the daemon is asked then, for a bounded time.</summary>
/// <param name="mayStillBeTaken">Whether the daemon may finish the call, and take its price, although nobody listens any more.</param>
internal sealed class PaidStep(Func<bool> mayStillBeTaken)
{
    public bool MayStillBeTaken => mayStillBeTaken();

    /// <summary>The receipt of a payment whose call did not end with an answer, after the daemon was asked; null while nothing was signed for such a call.</summary>
    public PaymentReceipt? Receipt { get; set; }

    /// <summary>What became of it.</summary>
    public MoneyMoved Fate { get; set; } = MoneyMoved.No;
}
