using Snet.Grpc;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>The payment types that a kind of call takes (protocol e.1).</summary>
/// <param name="handlers">One handler for each value of the type header.</param>
/// <param name="missing">The type of a call without that header.</param>
/// <param name="checks">Whether payments are looked at; without a blockchain the daemon takes every call.</param>
internal sealed class PaymentTypes(IReadOnlyDictionary<string, IPaymentHandler> handlers, string missing, bool checks)
{
    /// <summary>Checks a payment by its type.</summary>
    /// <exception cref="GrpcException">It is refused.</exception>
    public Task<IPayment> ValidateAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        if (!checks)
            return Task.FromResult<IPayment>(new NoPayment());
        // Of several values the first counts (e.1).
        var type = request.Headers.GetString(PaymentHeaders.Type) ?? missing;
        return handlers.TryGetValue(type, out var handler)
            ? handler.ValidateAsync(request, cancellationToken)
            : throw new GrpcException(GrpcStatus.InvalidArgument, $"unexpected \"{PaymentHeaders.Type}\", value: \"{type}\""); // e.3 #1
    }
}
