using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>A call as its payment sees it.</summary>
/// <param name="Method">The path, <c>/service.Calculator/add</c>.</param>
/// <param name="Headers">The client's headers.</param>
/// <param name="FirstMessage">The first message's bytes, which a pricing method gets; empty where the release looks at the payment before
/// it (protocol e.2).</param>
internal sealed record PaymentRequest(string Method, GrpcMetadata Headers, ReadOnlyMemory<byte> FirstMessage);
