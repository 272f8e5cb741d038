using Google.Protobuf;
using Snet.Grpc;
using Snet.Sdk.Services;
using Snet.Sdk.Training.Datasets;
using Wire = global::Training;

namespace Snet.Sdk.Training.Uploads;

/// <summary>Sends a dataset as a client stream: numbered parts, each with an authorization that the daemon still takes (protocol f.6).</summary>
/// <param name="modelId">The model that the dataset is for.</param>
/// <param name="dataset">The dataset.</param>
/// <param name="options">Settings of this upload.</param>
/// <param name="client">Settings of the client.</param>
/// <param name="authorizer">Who signs.</param>
internal sealed class DatasetUpload(
    string modelId, OpenedDataset dataset, UploadOptions options, SnetClientOptions client, TrainingAuthorizer authorizer)
{
    /// <summary>
    /// How much of the dataset goes into a message, in bytes: whole pages of a file, and with its head below 1 MiB, the least that a daemon can be set to take.
    /// </summary>
    public const int PartSize = 255 * 4096;

    private UploadMeter? _meter;

    /// <summary>Whether a reset wedges this daemon for good, as it does those before 6.0 (protocol e.7): the upload is then ended by a part that it refuses.</summary>
    public bool ResetWedges { get; init; }

    /// <summary>The bytes of the dataset that have left.</summary>
    public long SentBytes => _meter?.Sent ?? 0;

    /// <summary>Whether all has left: the daemon may then finish the upload and take its price, whether anybody listens or not.</summary>
    public bool IsSentWhole { get; private set; }

    /// <summary>Sends everything and waits for the answer.</summary>
    /// <exception cref="GrpcException">The daemon or the provider ended it.</exception>
    /// <exception cref="IOException">The dataset could not be read to its end.</exception>
    public async Task<Wire.StatusResponse> SendAsync(DaemonConnection daemon, GrpcMetadata headers, CancellationToken cancellationToken)
    {
        (IsSentWhole, _meter) = (false, new UploadMeter(options.Progress, dataset.Length, client.TimeProvider));
        using var reset = new CancellationTokenSource(client.UploadIdleTimeout, client.TimeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, reset.Token);
        var call = daemon.StartCall(TrainingCaller.Prefix + TrainingAuthorizer.UploadRpc, headers, reset.Token);
        var answered = StopWhenAnsweredAsync(call, stop);
        try
        {
            await SendPartsAsync(call, reset, stop.Token, cancellationToken).ConfigureAwait(false);
            using var cancelled = cancellationToken.UnsafeRegister(Cancel, reset);
            var answer = await call.ReadSingleAsync().ConfigureAwait(false);
            return DaemonConnection.Parse(Wire.StatusResponse.Parser, answer);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The upload was cancelled.", e, cancellationToken);
        }
        catch (OperationCanceledException e) when (reset.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatus.DeadlineExceeded, $"nothing moved for {client.UploadIdleTimeout.TotalSeconds:0.###} s", innerException: e) { IsTransport = true };
        }
        finally
        {
            await call.DisposeAsync().ConfigureAwait(false);
            await answered.ConfigureAwait(false);
        }
    }

    private static void Cancel(object? source) => ((CancellationTokenSource)source!).Cancel();

    // A dataset that is slow to read must not hide for long that nobody takes it any more.
    private static async Task StopWhenAnsweredAsync(GrpcCall call, CancellationTokenSource stop)
    {
        await call.Answered.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
    }

    private async Task SendPartsAsync(GrpcCall call, CancellationTokenSource reset, CancellationToken stop, CancellationToken cancellationToken)
    {
        // Where a reset does harm, it comes only if the part that is under way does not get out.
        using var cancelled = cancellationToken.UnsafeRegister(ResetWedges ? _ => reset.CancelAfter(client.AttemptTimeout) : Cancel, reset);
        try
        {
            await SendEachAsync(call, reset, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (call.Answered.IsCompleted && !cancellationToken.IsCancellationRequested && !reset.IsCancellationRequested)
        {
            return; // the other side has ended the call while the next part was read; its answer says why
        }
        catch (Exception) when (ResetWedges && !reset.IsCancellationRequested)
        {
            await EndByRefusalAsync(call).ConfigureAwait(false);
            throw;
        }
    }

    private async Task SendEachAsync(GrpcCall call, CancellationTokenSource reset, CancellationToken stop)
    {
        var parts = new PartReader(dataset, options.PartSize);
        var authorization = await UploadAuthorization.StartAsync(
            authorizer, authorizer.Blocks, client.TimeProvider, renew: options.RenewsAuthorization && parts.Count > 1, stop).ConfigureAwait(false);
        await using (parts.ConfigureAwait(false))
        await using (authorization.ConfigureAwait(false))
        {
            var journey = TimeSpan.Zero;
            for (long number = 1; number <= parts.Count; number++)
            {
                stop.ThrowIfCancellationRequested();
                var data = await parts.ReadAsync(stop).ConfigureAwait(false);
                var details = await authorization.GetAsync(journey, stop).ConfigureAwait(false);
                var begun = client.TimeProvider.GetTimestamp();
                if (!await call.WriteAsync(PartHead.Write(details, Describe(number, parts.Count), data.Length), data).ConfigureAwait(false))
                    return; // the other side has ended the call; its answer says why
                journey = client.TimeProvider.GetElapsedTime(begun);
                if (!stop.IsCancellationRequested)
                    reset.CancelAfter(client.UploadIdleTimeout);
                _meter!.Add(data.Length);
            }

            stop.ThrowIfCancellationRequested(); // an end after a cancellation would make half a wish a whole upload (protocol e.7)
            IsSentWhole = true;
            await call.CompleteAsync().ConfigureAwait(false);
        }
    }

    private Wire.UploadInput Describe(long number, long count) => new()
    {
        ModelId = modelId, FileName = dataset.FileName, FileSize = (ulong)dataset.Length, BatchSize = (ulong)options.PartSize,
        BatchNumber = (ulong)number, BatchCount = (ulong)count,
    };

    // A part without authorization: the daemon ends the call in order, takes nothing and frees the channel (protocol f.6).
    private async Task EndByRefusalAsync(GrpcCall call)
    {
        try
        {
            var refused = new Wire.UploadAndValidateRequest { UploadInput = new Wire.UploadInput { ModelId = modelId } };
            await call.WriteAsync(refused.ToByteArray()).ConfigureAwait(false);
            await call.ReadSingleAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException)
        {
            return; // refused, as it was meant to be; or its time was over
        }
    }
}
