using System.Collections.Concurrent;
using Google.Protobuf;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Daemon.Payments;
using Snet.Sdk.Sandbox.Hosting;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary><c>upload_and_validate</c>, after its payment, on the releases where it works (protocol f.6, e.6, e.7).</summary>
internal sealed class Upload(TrainingRoom room) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<GrpcCall, bool> _open = new(); // the provider's ends of uploads that broke off

    /// <summary>Runs one upload; a <see cref="StreamHandler"/>.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="first">A first message that the payment layer has read already: it is lost (f.6, dynamic pricing).</param>
    /// <param name="payment">The payment.</param>
    /// <param name="cancellationToken">The end of the call from outside.</param>
    public async Task RunAsync(GrpcServerCall call, ReadOnlyMemory<byte>? first, IPayment payment, CancellationToken cancellationToken)
    {
        // The provider's stream does not know of the client's end: it stays open when the client gives up.
        var provider = room.Provider.Start("/training.Model/upload_and_validate", null, _stopping.Token);
        _open[provider] = true;
        var modelId = await PumpAsync(call, provider, cancellationToken).ConfigureAwait(false);
        var answer = await FinishAsync(provider).ConfigureAwait(false);
        _open.TryRemove(provider, out _);
        await provider.DisposeAsync().ConfigureAwait(false);

        room.Store.AddPending(modelId);
        if (room.Store.Change(modelId, model => model with { Status = answer.Status }) is null)
            throw room.Parts.State.End(
                "upload_and_validate without any message: the daemon's process ends. Send at least one (protocol e.7).");
        await call.WriteAsync(answer.ToByteArray()).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task<string> PumpAsync(GrpcServerCall call, GrpcCall provider, CancellationToken cancellationToken)
    {
        var modelId = "";
        while (await ReadAsync(call, cancellationToken).ConfigureAwait(false) is { } request)
        {
            if (request.UploadInput is null)
                throw room.Parts.State.End(
                    "upload_and_validate with a message without upload_input: the daemon's process ends (protocol e.7).");
            if (await CheckAsync(request, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                await provider.CompleteAsync().ConfigureAwait(false); // an ordinary end, as far as the provider can see
                throw refusal;
            }

            modelId = request.UploadInput.ModelId;
            if (!await provider.WriteAsync(request.UploadInput.ToByteArray()).ConfigureAwait(false))
                throw DaemonRefusals.Plain("EOF"); // the provider has ended its side: why, is lost
        }

        return modelId;
    }

    private async Task<UploadAndValidateRequest?> ReadAsync(GrpcServerCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message
                ? UploadAndValidateRequest.Parser.ParseFrom(message.Span)
                : null;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.Internal, $"grpc: failed to unmarshal the received message: {e.Message}");
        }
        catch (OperationCanceledException) when (room.Parts.Quirks.UploadCancelWedges)
        {
            room.Parts.State.Wedge(
                "upload_and_validate that its client gave up, or whose connection or time was over: this release loops for ever "
                + "and the channel stays locked. Give an upload no short deadline here (protocol e.7).");
            await Task.Delay(Timeout.Infinite, _stopping.Token).ConfigureAwait(false);
            throw;
        }
        catch (GrpcException) when (room.Parts.Quirks.UploadCancelWedges)
        {
            throw room.Parts.State.End("upload_and_validate with a message above the limit: this release reads the rest of it as messages "
                + "and ends. Send smaller chunks (protocol e.7).");
        }
    }

    // In the order of e.6; each message is checked, and the node asked for each.
    private async Task<GrpcException?> CheckAsync(UploadAndValidateRequest request, CancellationToken cancellationToken)
    {
        if (request.Authorization is null)
            return room.Invalid("no authorization provided");
        if (await room.Authorization.CheckAsync(
            request.Authorization, "upload_and_validate", cancellationToken).ConfigureAwait(false) is { } problem)
            return room.Invalid("no authorization provided: " + problem);
        return room.FindOwned(request.UploadInput.ModelId, request.Authorization.SignerAddress, out var refusal) is null
            ? TrainingRoom.NoAccess(refusal)
            : null;
    }

    // A provider that refuses at the end looks like success to the client (f.6).
    private static async Task<StatusResponse> FinishAsync(GrpcCall provider)
    {
        await provider.CompleteAsync().ConfigureAwait(false);
        try
        {
            var answer = await provider.ReadSingleAsync().ConfigureAwait(false);
            return StatusResponse.Parser.ParseFrom(answer.Message.Span);
        }
        catch (GrpcException)
        {
            return new StatusResponse { Status = Status.Validating };
        }
    }
}
