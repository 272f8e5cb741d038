using Google.Protobuf;
using Grpc.Health.V1;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Daemon.Payments;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Daemon.Services;

/// <summary>gRPC's health service, as far as the daemon has it (protocol d.5).</summary>
internal sealed class HealthService(DaemonParts parts, ServiceProbe probe)
{
    /// <summary>The path of Watch: a stream, and so a paid call.</summary>
    public const string WatchPath = "/grpc.health.v1.Health/Watch";

    /// <summary>Adds the unary methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<HealthCheckRequest>("/grpc.health.v1.Health/Check", CheckAsync);
        router.Add<HealthListRequest>("/grpc.health.v1.Health/List", (_, _) =>
            throw new GrpcException(GrpcStatus.Unimplemented, "method List not implemented"));
    }

    /// <summary>Answers a paid Watch, which never works; a <see cref="StreamHandler"/>.</summary>
    /// <exception cref="GrpcException">Always.</exception>
    public Task WatchAsync(GrpcServerCall call, ReadOnlyMemory<byte>? first, IPayment payment, CancellationToken cancellationToken) =>
        throw (parts.Quirks.FirstMessageBeforePayment || parts.Configuration.DynamicPricing
            ? StreamCalls.WrongMessage("*grpc_health_v1.HealthCheckRequest")
            : new GrpcException(GrpcStatus.Unimplemented, "method Watch not implemented"));

    private async Task<IMessage> CheckAsync(HealthCheckRequest request, CancellationToken cancellationToken) =>
        await probe.IsReachableAsync(cancellationToken).ConfigureAwait(false)
            ? new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving }
            : throw DaemonRefusals.Plain("Service heartbeat unknown: Offline");
}
