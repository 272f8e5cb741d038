namespace Snet.Grpc;

/// <summary>Settings of a <see cref="GrpcChannel"/>.</summary>
internal sealed class GrpcChannelOptions
{
    /// <summary>The largest answer taken, in bytes. Default: 4 MiB, as everywhere in gRPC (protocol i.3).</summary>
    public int MaxReceiveMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>What is sent as <c>user-agent</c>; <c>null</c> sends none.</summary>
    public string? UserAgent { get; init; } = "snet-sdk-dotnet";

    /// <summary>The clock that measures time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
