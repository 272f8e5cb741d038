using Snet.Sdk.Accounts;
using Snet.Sdk.Discovery;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>The ways to pay one service, shared by all its clients.</summary>
internal sealed class PaymentStrategies : IDisposable
{
    private readonly FreeCallStrategy _free;
    private readonly PrepaidStrategy _prepaid;
    private readonly AutomaticStrategy _automatic;

    public PaymentStrategies(string orgId, string serviceId, string groupId, ISigner signer, ChannelPool pool, PaidCaller caller, PaymentServices services)
    {
        Escrow = new EscrowStrategy(pool, services.Receipts);
        var pass = new FreeCallPass(orgId, serviceId, groupId, signer, services.Chain);
        _free = new FreeCallStrategy(pass, services.Receipts, services.Options, services.Logger);
        var tokens = new PrepaidTokens(signer, services.Chain, services.Escrow, services.Options);
        _prepaid = new PrepaidStrategy(tokens, pool, Escrow, caller, services);
        _automatic = new AutomaticStrategy(_free, Escrow);
    }

    /// <summary>From a channel: what training takes, and everything that is not free.</summary>
    public IPaymentStrategy Escrow { get; }

    /// <summary>Gives the way that a mode stands for.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="group">What the service offers.</param>
    /// <exception cref="NoFreeCallException">Only a free call will do, and the service gives none.</exception>
    public IPaymentStrategy Choose(PaymentMode mode, ServiceGroup group)
    {
        var givesFreeCalls = group.FreeCalls > 0 || group.FreeCallSigner is not null;
        return mode switch
        {
            PaymentMode.Automatic => givesFreeCalls ? _automatic : Escrow,
            PaymentMode.Free => givesFreeCalls ? _free : throw new NoFreeCallException("this service gives none"),
            PaymentMode.Escrow => Escrow,
            PaymentMode.Prepaid => _prepaid,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such payment mode."),
        };
    }

    public void Dispose()
    {
        _free.Dispose();
        _prepaid.Dispose();
    }
}
