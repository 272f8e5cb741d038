namespace Snet.Sdk.Payments;

/// <summary>Why a daemon refused a payment, as far as it decides what to do (protocol e.8).</summary>
internal enum PaymentRefusal
{
    /// <summary>It is no refusal of the payment.</summary>
    None,

    /// <summary>The channel was claimed: ask for its state.</summary>
    OutOfStep,

    /// <summary>The price changed, or the total is out of step.</summary>
    WrongIncome,

    /// <summary>The channel must be extended.</summary>
    NearExpiration,

    /// <summary>The channel must be filled, or a claim is on its way.</summary>
    NotEnough,

    /// <summary>Another paid call of the channel is running.</summary>
    Locked,

    /// <summary>The channel has been locked for longer than a call takes.</summary>
    Stuck,

    /// <summary>The daemon's node does not know the channel.</summary>
    NotFound,

    /// <summary>Not the daemon's word but the strategy's: pay again, which waits until that may succeed.</summary>
    Later,

    /// <summary>Repeating it would change nothing.</summary>
    Final,
}
