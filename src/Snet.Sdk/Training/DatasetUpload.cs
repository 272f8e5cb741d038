using Google.Protobuf;
using Snet.Grpc;
using Snet.Sdk.Services;
using Snet.Sdk.Training.Datasets;
using Wire = global::Training;

namespace Snet.Sdk.Training;

/// <summary>Sends a dataset as a client stream: numbered parts, each with an authorization that the daemon still takes (protocol f.6).</summary>
internal sealed class DatasetUpload(
    string modelId, OpenedDataset dataset, UploadOptions options, SnetClientOptions client, TrainingAuthorizer authorizer)
{
    private const int ChunkSize = 1024 * 1024; // a quarter of the daemon's default limit for a message

    /// <summary>Sends everything and waits for the answer.</summary>
    /// <exception cref="GrpcException">The daemon or the provider ended it.</exception>
    public async Task<Wire.StatusResponse> SendAsync(DaemonConnection daemon, GrpcMetadata headers, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(client.UploadIdleTimeout, client.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        var call = daemon.StartCall(TrainingCaller.Prefix + "upload_and_validate", headers, linked.Token);
        await using (call.ConfigureAwait(false))
        {
            try
            {
                await SendPartsAsync(call, idle, linked.Token).ConfigureAwait(false);
                var answer = await call.ReadSingleAsync().ConfigureAwait(false);
                return Wire.StatusResponse.Parser.ParseFrom(answer.Message.Span);
            }
            catch (OperationCanceledException) when (idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new GrpcException(GrpcStatus.DeadlineExceeded, $"nothing moved for {client.UploadIdleTimeout.TotalSeconds:0.###} s") { IsTransport = true };
            }
        }
    }

    private async Task SendPartsAsync(GrpcCall call, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        dataset.Content.Position = 0;
        var started = client.TimeProvider.GetTimestamp();
        var count = Math.Max(1, (dataset.Length + ChunkSize - 1) / ChunkSize);
        var buffer = new byte[ChunkSize];
        long sent = 0;
        for (long number = 1; number <= count; number++)
        {
            var size = await dataset.Content.ReadAtLeastAsync(buffer, ChunkSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var authorization = await authorizer.ForUploadAsync(cancellationToken).ConfigureAwait(false);
            if (!await call.WriteAsync(Head(authorization, size, number, count), buffer.AsMemory(0, size)).ConfigureAwait(false))
                return; // the other side has ended the call; its answer says why
            idle.CancelAfter(client.UploadIdleTimeout);
            sent += size;
            Report(sent, client.TimeProvider.GetElapsedTime(started));
        }

        await call.CompleteAsync().ConfigureAwait(false);
    }

    // Everything of the message but the data itself, which stands last so that it needs no copy: fields may come in any order.
    private byte[] Head(Wire.AuthorizationDetails authorization, int size, long number, long count)
    {
        var input = new Wire.UploadInput
        {
            ModelId = modelId, FileName = dataset.FileName, FileSize = (ulong)dataset.Length, BatchSize = ChunkSize,
            BatchNumber = (ulong)number, BatchCount = (ulong)count,
        }.ToByteArray();
        var dataHead = 1 + CodedOutputStream.ComputeLengthSize(size);
        var start = new Wire.UploadAndValidateRequest { Authorization = authorization }.ToByteArray();
        using var stream = new MemoryStream();
        stream.Write(start);
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(Wire.UploadAndValidateRequest.UploadInputFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength(input.Length + dataHead + size);
            output.Flush();
            stream.Write(input);
            output.WriteTag(Wire.UploadInput.DataFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength(size);
        }

        return stream.ToArray();
    }

    private void Report(long sent, TimeSpan elapsed)
    {
        var speed = elapsed > TimeSpan.Zero ? sent / elapsed.TotalSeconds : 0;
        options.Progress?.Report(new UploadProgress(
            sent, dataset.Length, speed, speed > 0 ? TimeSpan.FromSeconds((dataset.Length - sent) / speed) : null));
    }
}
