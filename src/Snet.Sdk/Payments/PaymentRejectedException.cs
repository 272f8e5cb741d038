namespace Snet.Sdk.Payments;

/// <summary>The daemon refused the payment. Nothing was taken.</summary>
public sealed class PaymentRejectedException : SnetException
{
    internal PaymentRejectedException(string reason, int statusCode, string advice, bool isTransient = false, Exception? innerException = null)
        : base("payment_rejected", $"The daemon refused the payment: {reason}. {advice}", innerException)
    {
        (Reason, StatusCode, IsTransient) = (reason, statusCode, isTransient);
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The daemon's own words.</summary>
    public string Reason { get; }

    /// <summary>The gRPC status with which it refused; daemons also use 1000 (wrong nonce).</summary>
    public int StatusCode { get; }
}
