using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The ways in which the daemon says no.</summary>
internal static class DaemonRefusals
{
    /// <summary>The code of a payment with another nonce than the channel's; no code of gRPC (protocol e.3 #8).</summary>
    public const int IncorrectNonce = 1000;

    /// <summary>A plain error of a handler: it arrives as UNKNOWN (protocol e.5, e.6).</summary>
    public static GrpcException Plain(string text) => new(GrpcStatus.Unknown, text);

    /// <summary>An error of a payment's price, token or model, which the payment layer wraps (protocol e.3).</summary>
    public static GrpcException Internal(string text) => new(GrpcStatus.Internal, "internal error: " + text);
}
