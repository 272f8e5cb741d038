using Snet.Grpc;
using Snet.Sdk.Sandbox.Daemon.Payments;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Paid streams: service methods, uploads, and whatever path the daemon does not know (protocol e.2, e.3, e.4).</summary>
/// <param name="parts">The daemon.</param>
/// <param name="payments">The payment types that streams take.</param>
/// <param name="handlers">What happens after the payment; by path.</param>
/// <param name="passthrough">What happens on every other path.</param>
internal sealed class StreamCalls(
    DaemonParts parts, PaymentTypes payments, IReadOnlyDictionary<string, StreamHandler> handlers, StreamHandler passthrough)
{
    private readonly RateLimit _limit = new(parts.Configuration, parts.Settings.Time);

    /// <summary>Answers one call.</summary>
    /// <exception cref="GrpcException">It is refused or failed; nothing is charged then.</exception>
    public async Task AnswerAsync(GrpcServerCall call)
    {
        if (!parts.State.Processing) // e.2
            throw new GrpcException(GrpcStatus.Unavailable, "No requests are currently being processed, please try again later");
        if (!_limit.TryTake()) // e.2
            throw new GrpcException(GrpcStatus.ResourceExhausted, "rate limiting , too many requests to handle");

        ReadOnlyMemory<byte>? first = null;
        if (parts.Configuration.BlockchainEnabled && (parts.Quirks.FirstMessageBeforePayment || parts.Configuration.DynamicPricing))
            first = await call.ReadAsync().ConfigureAwait(false) ?? throw DaemonRefusals.Plain("EOF"); // e.2

        TimeSpan? patience = parts.Quirks.ServiceTimeout ? parts.Configuration.ServiceTimeout : null;
        using var deadline = new CallDeadline(call, patience, parts.Settings.Time);
        await deadline.RunAsync(async cancellationToken =>
        {
            var request = new PaymentRequest(call.Method, call.RequestHeaders, first ?? ReadOnlyMemory<byte>.Empty);
            var payment = await payments.ValidateAsync(request, cancellationToken).ConfigureAwait(false); // e.3 #1 to #16
            return await Settlement.SettleAsync(parts.State, payment, async () =>
            {
                await Handler(call.Method)(call, first, payment, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>What a stream of the daemon's own services gets where messages go through the payment layer undecoded (protocol d.5,
    /// f.6).</summary>
    /// <param name="type">The message's type as the daemon's language prints it.</param>
    public static GrpcException WrongMessage(string type) =>
        DaemonRefusals.Plain($"WrapperServerStream: unexpected message type {type}, want *codec.GrpcFrame");

    private StreamHandler Handler(string path) => handlers.GetValueOrDefault(path, passthrough);
}
