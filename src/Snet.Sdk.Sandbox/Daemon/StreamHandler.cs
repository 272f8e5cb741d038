using Snet.Sdk.Sandbox.Daemon.Payments;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Does the work of a paid stream.</summary>
/// <param name="call">The client's call.</param>
/// <param name="first">Its first message, when that was read before the payment.</param>
/// <param name="payment">The payment.</param>
/// <param name="cancellationToken">The end of the call from outside.</param>
internal delegate Task StreamHandler(
    GrpcServerCall call, ReadOnlyMemory<byte>? first, IPayment payment, CancellationToken cancellationToken);
