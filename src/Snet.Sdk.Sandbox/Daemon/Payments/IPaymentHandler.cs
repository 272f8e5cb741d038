using Snet.Ethereum;

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

/// <summary>A payment that passed its checks, while the call runs that it is for.</summary>
internal interface IPayment
{
    /// <summary>Whose address the service is told (<c>snet-user-address</c>); null adds no header.</summary>
    EthereumAddress? Payer { get; }

    /// <summary>The call ended well: keeps the payment and frees what was locked.</summary>
    /// <exception cref="Snet.Grpc.GrpcException">It cannot be kept; the client sees this in place of success.</exception>
    Task CommitAsync();

    /// <summary>The call failed: forgets the payment and frees what was locked.</summary>
    Task RollbackAsync();
}
