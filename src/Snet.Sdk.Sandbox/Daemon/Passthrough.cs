using Snet.Grpc;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Daemon.Payments;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Hands a paid call on to the service, whatever its shape, frame by frame and undecoded (protocol e.1, e.4).</summary>
internal sealed class Passthrough(DaemonParts parts) : IDisposable
{
    private readonly ServiceConnection _service = new(parts.Configuration.ServiceEndpoint, parts.Configuration.MaxMessageSize);

    /// <summary>Runs one call; a <see cref="StreamHandler"/>.</summary>
    /// <exception cref="GrpcException">The service answered with an error, is not there, or a message was too large.</exception>
    public async Task RunAsync(GrpcServerCall call, ReadOnlyMemory<byte>? first, IPayment payment, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var upstream = _service.Start(call.Method, Forward(call.RequestHeaders, payment), ended.Token);
        await using (upstream.ConfigureAwait(false))
        {
            var requests = PumpRequestsAsync(call, first, upstream, ended);
            try
            {
                await PumpAnswersAsync(call, upstream).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await requests.ConfigureAwait(false); // the client's side broke the call off, and says why
                throw;
            }
            catch (GrpcException e) when (ServiceConnection.IsLost(e))
            {
                throw Unreachable(e);
            }
            finally
            {
                // However the call ended, what the client may still send interests nobody; and nobody may still read from it when this is
                // over.
                await ended.CancelAsync().ConfigureAwait(false);
                await requests.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _service.Dispose();

    // Every header goes on, payment headers and signature included; the payer's address is the daemon's own word (e.1).
    private static GrpcMetadata Forward(GrpcMetadata headers, IPayment payment)
    {
        var forwarded = new GrpcMetadata();
        foreach (var entry in headers)
        {
            if (payment.Payer is null || entry.Name != PaymentHeaders.UserAddress)
                forwarded.Add(entry);
        }

        if (payment.Payer is { } payer)
            forwarded.Add(PaymentHeaders.UserAddress, payer.ToString());
        return forwarded;
    }

    private static async Task PumpRequestsAsync(
        GrpcServerCall call, ReadOnlyMemory<byte>? first, GrpcCall upstream, CancellationTokenSource ended)
    {
        try
        {
            var message = first ?? await call.ReadAsync(ended.Token).ConfigureAwait(false);
            while (message is { } bytes && await upstream.WriteAsync(bytes).ConfigureAwait(false))
                message = await call.ReadAsync(ended.Token).ConfigureAwait(false);
            if (message is null)
                await upstream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A message above the limit, or a client that is gone: the service's call is reset, never completed.
            await ended.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task PumpAnswersAsync(GrpcServerCall call, GrpcCall upstream)
    {
        // Where the first message is read ahead for its price, the headers are lost.
        var headersWanted = parts.Quirks.ResponseHeadersPassOn && !parts.Configuration.DynamicPricing;
        while (await upstream.ReadAsync().ConfigureAwait(false) is { } message)
        {
            if (headersWanted)
                await call.WriteHeadersAsync(upstream.Headers).ConfigureAwait(false); // with the first message, or not at all
            headersWanted = false;
            await call.WriteAsync(message).ConfigureAwait(false);
        }

        foreach (var trailer in upstream.Trailers) // those of an error come with it
            call.ResponseTrailers.Add(trailer);
    }

    private GrpcException Unreachable(GrpcException e) => ServiceConnection.IsUnreachable(e)
        ? new GrpcException(GrpcStatus.Internal, $"can't connect to service {_service.Describe(e)}\n"
            + "About error & possible fixes: https://dev.singularitynet.io/docs/products/DecentralizedAIPlatform/Daemon/error-codes/#_1")
        : new GrpcException(GrpcStatus.Unavailable, "error reading from server: EOF");
}
