namespace Snet.Sdk.Payments;

/// <summary>How service calls are paid. Training steps are always paid from a channel.</summary>
public enum PaymentMode
{
    /// <summary>Free calls while the service gives any, then <see cref="Escrow"/>. The receipt says which it was.</summary>
    Automatic = 0,

    /// <summary>Free calls only; nothing is ever paid.</summary>
    Free = 1,

    /// <summary>Each call is signed for and paid from a payment channel; one at a time on a channel.</summary>
    Escrow = 2,

    /// <summary>Calls are paid ahead, some at a time, so that any number can run side by side. The provider can claim what is paid ahead without serving it.</summary>
    Prepaid = 3,
}
