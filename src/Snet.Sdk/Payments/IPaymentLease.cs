using Snet.Grpc;

namespace Snet.Sdk.Payments;

/// <summary>What pays for one call. Its holder says once how the call ended: <see cref="Confirm"/>, <see cref="Refuse"/>, <see cref="Withdraw"/> or <see cref="Doubt"/>.</summary>
internal interface IPaymentLease
{
    /// <summary>The headers that carry the payment. Several leases may share them: they are read, not added to.</summary>
    GrpcMetadata Headers { get; }

    /// <summary>The receipt as it is now.</summary>
    PaymentReceipt Receipt { get; }

    /// <summary>The call succeeded.</summary>
    PaymentReceipt Confirm();

    /// <summary>The daemon or the service ended the call with a status. What the payment was refused for is asked afresh for the next one.</summary>
    /// <param name="failure">How it ended.</param>
    /// <param name="waited">How often this call has waited for a lock by now.</param>
    /// <returns>What it says of the payment.</returns>
    PaymentRefusal Refuse(GrpcException failure, int waited);

    /// <summary>The call is not made after all; nothing of the payment has left this process.</summary>
    void Withdraw();

    /// <summary>Nobody can tell how the call ended.</summary>
    void Doubt();

    /// <summary>After <see cref="Doubt"/>: asks whether the call was charged.</summary>
    /// <param name="mayStillBeTaken">Whether the daemon may be at work on the call yet; that nothing was taken so far proves nothing then.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SnetException">That cannot be found out now.</exception>
    Task<MoneyMoved> AskFateAsync(bool mayStillBeTaken, CancellationToken cancellationToken);
}
