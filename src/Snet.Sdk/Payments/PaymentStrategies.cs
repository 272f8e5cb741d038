using Snet.Sdk.Discovery;

namespace Snet.Sdk.Payments;

/// <summary>The ways to pay one service, shared by all its clients.</summary>
internal sealed class PaymentStrategies(ChannelPool pool, PaymentServices services)
{
    /// <summary>From a channel: what training takes, and everything that is not free.</summary>
    public IPaymentStrategy Escrow { get; } = new EscrowStrategy(pool, services.Receipts);

    /// <summary>Gives the way that a mode stands for.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="group">What the service offers.</param>
    public IPaymentStrategy Choose(PaymentMode mode, ServiceGroup group) => Escrow;
}
