using System.Net;

namespace Snet.Grpc;

/// <summary>A request whose messages are written one by one, straight into the HTTP/2 stream, so that its flow control holds the writer back.</summary>
internal sealed class GrpcStreamContent : GrpcRequestContent
{
    private readonly TaskCompletionSource<Stream?> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _unwanted;

    /// <summary>The stream to write to, once there is a connection; null when the call ended before.</summary>
    public Task<Stream?> Stream => _stream.Task;

    /// <summary>True when nothing can be written any more.</summary>
    public bool HasEnded => _unwanted || _end.Task.IsCompleted;

    public override bool IsComplete => _end.Task.IsCompletedSuccessfully;

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
        if (_stream.Task.IsCompleted)
            throw new IOException("The peer refused the stream, and what was written to it cannot be sent again.");

        // Cancelled when the peer resets the stream. The body then waits for the call to end it: an exception of its own could reach the caller before the
        // handler's, which tells the reset's code.
        using var registration = cancellationToken.UnsafeRegister(static content => ((GrpcStreamContent)content!)._unwanted = true, this);

        // Sends the headers: a server may answer before the first message. Without the token, for the same reason.
        await stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        _stream.TrySetResult(stream);
        await _end.Task.ConfigureAwait(false);
    }
}
