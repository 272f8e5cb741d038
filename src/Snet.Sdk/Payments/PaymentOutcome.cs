namespace Snet.Sdk.Payments;

/// <summary>Whether a signed payment was taken.</summary>
public enum PaymentOutcome
{
    /// <summary>Not known yet; the daemon is asked before the channel is used again.</summary>
    Unknown = 0,

    /// <summary>The call succeeded and the daemon took the price.</summary>
    Paid = 1,

    /// <summary>The call failed and the daemon took nothing.</summary>
    NotCharged = 2,
}
