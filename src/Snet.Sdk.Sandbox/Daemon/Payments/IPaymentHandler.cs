namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>One type of payment: its checks in their order.</summary>
internal interface IPaymentHandler
{
    /// <summary>Checks a payment and takes whatever lock it needs.</summary>
    /// <param name="request">The call that is paid for.</param>
    /// <param name="cancellationToken">The end of the call.</param>
    /// <returns>The payment, which its owner settles exactly once.</returns>
    /// <exception cref="Snet.Grpc.GrpcException">It is refused; nothing stays locked.</exception>
    Task<IPayment> ValidateAsync(PaymentRequest request, CancellationToken cancellationToken);
}
