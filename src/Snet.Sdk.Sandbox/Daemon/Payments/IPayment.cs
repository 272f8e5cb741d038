using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

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
