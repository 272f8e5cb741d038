namespace Snet.Sdk.Payments;

/// <summary>Goes with an order whose caller is told what it cost even when it was cancelled: the daemon is asked then, about an upload that it has for a bounded time.</summary>
/// <param name="isSentWhole">Whether the daemon has the whole upload by now; null when the step is no upload, and the daemon has all of it at once.</param>
internal sealed class PaidStep(Func<bool>? isSentWhole)
{
    /// <summary>Whether the daemon may finish the call, and take its price, although nobody listens any more. What it has in part only it cannot finish.</summary>
    public bool MayStillBeTaken => isSentWhole?.Invoke() ?? true;

    /// <summary>Whether the daemon has a whole upload, which takes it a while.</summary>
    public bool IsWorkedOn => isSentWhole?.Invoke() ?? false;

    /// <summary>The receipt of a payment whose call did not end with an answer, after the daemon was asked; null while nothing was signed for such a call.</summary>
    public PaymentReceipt? Receipt { get; set; }

    /// <summary>What became of it.</summary>
    public MoneyMoved Fate { get; set; } = MoneyMoved.No;
}
