namespace Snet.Grpc;

/// <summary>Settings of one call.</summary>
internal sealed class GrpcCallOptions
{
    /// <summary>Request headers; the names that gRPC itself uses are left out when sending.</summary>
    public GrpcMetadata? Headers { get; init; }

    /// <summary>The time the whole call may take: sent to the peer and kept here too. <c>null</c>: no limit.</summary>
    public TimeSpan? Timeout { get; init; }
}
