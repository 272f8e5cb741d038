using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>One way to pay for a call: free, from a channel, or ahead.</summary>
internal interface IPaymentStrategy
{
    /// <summary>Makes ready what pays for an order, waiting for those before it.</summary>
    /// <param name="order">What is paid.</param>
    /// <param name="daemon">Who is paid.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is signed then.</param>
    /// <returns>The payment; whoever takes it says how the call ended.</returns>
    ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken);
}
