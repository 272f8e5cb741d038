using System.Net;

namespace Snet.Grpc;

/// <summary>A request whose messages are written one by one, straight into the HTTP/2 stream, so that its flow control holds the writer back.</summary>
internal sealed class GrpcStreamContent : GrpcRequestContent
{
    private readonly TaskCompletionSource<Stream?> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The stream to write to, once there is a connection; null when the call ended before.</summary>
    public Task<Stream?> Stream => _stream.Task;

    /// <summary>True when nothing can be written any more.</summary>
    public bool HasEnded => _end.Task.IsCompleted;

    /// <summary>Ends the request: the handler sends END_STREAM, unless the body was broken off before.</summary>
    public void Complete() => _end.TrySetResult();

    public override void Abort()
    {
        if (!_end.Task.IsCompleted && _end.TrySetException(new IOException("The call was given up before its request was complete.")))
            _ = _end.Task.Exception; // seen: nobody awaits it when the request never got a connection
        _stream.TrySetResult(null);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The token is cancelled when the peer resets the stream or the response is given up.
        using var registration = cancellationToken.UnsafeRegister(static content => ((GrpcStreamContent)content!).Abort(), this);

        // Sends the headers: a server may answer before the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (!_stream.TrySetResult(stream))
            throw new IOException("The peer refused the stream, and what was written to it cannot be sent again.");
        await _end.Task.ConfigureAwait(false);
    }
}
