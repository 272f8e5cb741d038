namespace Snet.Sdk.Payments;

/// <summary>There is no free call to be had now, and <see cref="PaymentMode.Free"/> forbids to pay. Nothing was signed and nothing sent.</summary>
public sealed class NoFreeCallException : SnetException
{
    internal NoFreeCallException(string reason, bool isTransient = false, Exception? innerException = null)
        : base("no_free_call", $"No free call: {reason}. To pay instead, choose {nameof(PaymentMode)}.{nameof(PaymentMode.Automatic)} or {nameof(PaymentMode)}.{nameof(PaymentMode.Escrow)}.", innerException)
    {
        (Reason, IsTransient) = (reason, isTransient);
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>Why there is none; the daemon's own words where it gave some.</summary>
    public string Reason { get; }
}
