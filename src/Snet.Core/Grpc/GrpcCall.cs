using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Snet.Grpc;

/// <summary>One running call: messages go out with <see cref="WriteAsync(ReadOnlyMemory{byte})"/> and come in with <see cref="ReadAsync"/>. One writer and one
/// reader at a time; the two may run side by side.</summary>
/// <remarks>Cancelling or disposing an unfinished call resets its stream (RST_STREAM) and never completes its request: END_STREAM would make a daemon take half an
/// upload for a whole one and charge for it (protocol e.3, e.7).</remarks>
internal sealed class GrpcCall : IAsyncDisposable
{
    // The longest a timer takes; longer limits are as good as none.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly HttpRequestMessage _request;
    private readonly GrpcRequestContent _content;
    private readonly GrpcChannelOptions _options;
    private readonly TimeSpan? _timeout;
    private readonly long _started;
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationToken _token;
    private ITimer? _timer;
    private Task<HttpResponseMessage> _response = null!; // set by Send, before anyone else sees the call
    private GrpcMessageReader? _reader;
    private Task<ReadOnlyMemory<byte>?>? _next;
    private volatile bool _finished;
    private volatile bool _deadlinePassed;
    private volatile bool _disposed;

    internal GrpcCall(
        HttpRequestMessage request, GrpcRequestContent content, GrpcChannelOptions options, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        (_request, _content, _options, _timeout, _callerToken) = (request, content, options, timeout, cancellationToken);
        _started = options.TimeProvider.GetTimestamp();
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _token = _cancellation.Token;
    }

    /// <summary>The response headers; empty until they have come. <see cref="ReadAsync"/> and <see cref="WaitForHeadersAsync"/> wait for them.</summary>
    public GrpcMetadata Headers { get; private set; } = new();

    /// <summary>The response trailers without the status; empty until the call has ended.</summary>
    public GrpcMetadata Trailers { get; private set; } = new();

    /// <summary>Done when an answer has come or the call has ended; it never fails. <see cref="ReadAsync"/> tells which.</summary>
    public Task Answered => WaitForAnswerAsync();

    /// <summary>Writes one message and waits until flow control has let it out.</summary>
    /// <returns>False when the call has already ended: <see cref="ReadAsync"/> then tells how.</returns>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The call was disposed.</exception>
    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> message) => WriteAsync(default, message);

    /// <summary>Writes one message that comes in two parts, such as a protobuf header and a chunk of a file.</summary>
    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte})"/>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body)
    {
        var content = (GrpcStreamContent)_content;
        // Not every server resets the stream when it ends a call early: a writer held back by flow control would wait for ever if nobody looked.
        _ = NextAsync();
        if (await content.Stream.ConfigureAwait(false) is { } stream && !content.HasEnded)
        {
            try
            {
                await GrpcMessageWriter.WriteAsync(stream, head, body, _token).ConfigureAwait(false);
                await stream.FlushAsync(_token).ConfigureAwait(false);
                return true;
            }
            catch (Exception e) when (IsFault(e))
            {
                content.Abort(); // a message cut in two must not be followed by END_STREAM
            }
        }

        _callerToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        return false;
    }

    /// <summary>Says that no further message comes (half close). On a call that has ended or was given up it does nothing.</summary>
    public ValueTask CompleteAsync()
    {
        if (!_token.IsCancellationRequested)
            ((GrpcStreamContent)_content).Complete();
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for the response headers without reading a message. An answer that is a status alone has none.</summary>
    /// <exception cref="GrpcException">The call failed before.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public async ValueTask<GrpcMetadata> WaitForHeadersAsync()
    {
        try
        {
            await _response.ConfigureAwait(false);
            return Headers;
        }
        catch (Exception e) when (IsFault(e))
        {
            throw Fail(e);
        }
    }

    /// <summary>Reads the next message.</summary>
    /// <returns>The message, or null when the call has ended with OK.</returns>
    /// <exception cref="GrpcException">The call ended with another status, which every further read repeats.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The call was disposed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        var message = await NextAsync().ConfigureAwait(false);
        if (message is not null)
            _next = null; // an end stays, for every further read
        return message;
    }

    /// <summary>Reads the answer of a call that answers with exactly one message.</summary>
    /// <exception cref="GrpcException">The call ended with another status than OK, or with no message, or with several.</exception>
    public async Task<GrpcResponse> ReadSingleAsync()
    {
        var message = await ReadAsync().ConfigureAwait(false);
        if (message is null || await ReadAsync().ConfigureAwait(false) is not null)
        {
            throw Fail(new GrpcException(
                GrpcStatus.Internal, message is null ? "The call ended with OK and without an answer." : "The call was answered more than once."));
        }

        return new GrpcResponse(message.Value, Headers, Trailers);
    }

    /// <summary>Ends the call; one that is not finished is reset.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        if (!_finished)
            GiveUp();
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        // When this has come back, so has the handler: the reset is on its way.
        await ((Task)NextAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _cancellation.Dispose();
        _request.Dispose();
    }

    internal void Send(HttpMessageInvoker invoker)
    {
        _token.UnsafeRegister(static call => ((GrpcCall)call!).GiveUp(), this);
        if (_timeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            EndByDeadline();
            _response = Task.FromCanceled<HttpResponseMessage>(_token);
            return;
        }

        if (_timeout < LongestTimer)
            _timer = _options.TimeProvider.CreateTimer(static call => ((GrpcCall)call!).EndByDeadline(), this, _timeout.Value, Timeout.InfiniteTimeSpan);
        _response = SendAsync(invoker);
    }

    // A socket's own error comes through the HTTP stack where a connection is lost right after it was made.
    private static bool IsFault(Exception e)
        => e is GrpcException or HttpRequestException or IOException or SocketException or OperationCanceledException or ObjectDisposedException;

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker invoker)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await invoker.SendAsync(_request, _token).ConfigureAwait(false);
            if (GrpcHeaders.Find(response.Headers, "grpc-status") is null)
                await OpenAsync(response).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response?.Dispose();
            _content.Abort(); // a writer that waits for a connection learns that the call is over
            throw;
        }
    }

    private async ValueTask OpenAsync(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw new GrpcException(GrpcFailures.FromHttpStatus(response.StatusCode), $"The server answered with HTTP status {(int)response.StatusCode}.");
        var contentType = response.Content.Headers.NonValidated.TryGetValues("content-type", out var types) ? types.ToString() : "";
        if (!contentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
            throw new GrpcException(GrpcStatus.Unknown, $"The server's answer is no gRPC; its content type is '{contentType}'.");

        Headers = GrpcHeaders.Read(response.Headers);
        var body = await response.Content.ReadAsStreamAsync(_token).ConfigureAwait(false);
        _reader = new GrpcMessageReader(body, _options.MaxReceiveMessageSize, GrpcHeaders.Find(response.Headers, "grpc-encoding"));
    }

    private async Task WaitForAnswerAsync() => await ((Task)NextAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // The read that is under way, or a new one. A writer and the reader may both ask.
    private Task<ReadOnlyMemory<byte>?> NextAsync()
    {
        lock (_content)
            return _next ??= ReadNextAsync();
    }

    private async Task<ReadOnlyMemory<byte>?> ReadNextAsync()
    {
        GrpcException? failure;
        try
        {
            var response = await _response.ConfigureAwait(false);
            if (_reader is not null && await _reader.ReadAsync(_token).ConfigureAwait(false) is { } message)
                return message;
            failure = Finish(response);
        }
        catch (Exception e) when (IsFault(e))
        {
            throw Fail(e);
        }

        return failure is null ? null : throw failure;
    }

    // Reads the status that the peer sent, in the trailers or, when there is nothing else, in the headers. Gives null for OK.
    private GrpcException? Finish(HttpResponseMessage response)
    {
        var source = _reader is null ? response.Headers : response.TrailingHeaders;
        Trailers = GrpcHeaders.Read(source);
        if (!int.TryParse(GrpcHeaders.Find(source, "grpc-status"), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new GrpcException(GrpcStatus.Unknown, "The server ended the call without a status.");

        _finished = true;
        if (_content.IsComplete)
            response.Dispose();
        else
            GiveUp();
        var detail = GrpcText.DecodeMessage(GrpcHeaders.Find(source, "grpc-message") ?? "");
        return status == GrpcStatus.Ok ? null : new GrpcException(status, detail, Trailers) { Headers = Headers };
    }

    private Exception Fail(Exception e)
    {
        var failure = Explain(e);
        GiveUp();
        return failure;
    }

    private Exception Explain(Exception e)
    {
        if (e is GrpcException local)
            return new GrpcException(local.StatusCode, local.Detail, Trailers, local) { Headers = Headers, IsTransport = true };
        if (_callerToken.IsCancellationRequested)
            return new OperationCanceledException("The call was cancelled.", e, _callerToken);
        if (_disposed)
            return new ObjectDisposedException(nameof(GrpcCall), e);

        var status = _deadlinePassed ? GrpcStatus.DeadlineExceeded : GrpcFailures.FromException(e);
        // The peer measures the same time limit; when its reset comes first, it means no more than that the time is over.
        if (status == GrpcStatus.Cancelled && _options.TimeProvider.GetElapsedTime(_started) >= _timeout)
            status = GrpcStatus.DeadlineExceeded;
        var detail = status == GrpcStatus.DeadlineExceeded
            ? $"The call took longer than {_timeout}."
            : $"The connection to {_request.RequestUri?.Authority} failed: {e.GetBaseException().Message}";
        return new GrpcException(status, detail, Trailers, e) { Headers = Headers, IsTransport = true };
    }

    private void EndByDeadline()
    {
        _deadlinePassed = true;
        GiveUp();
    }

    // Ends both directions; what is unfinished is reset. Called again by the cancellation it causes, which does no harm.
    private void GiveUp()
    {
        if (!_token.IsCancellationRequested)
            _cancellation.Cancel();
        _content.Abort();
        if (_response is { IsCompletedSuccessfully: true })
            _response.Result.Dispose();
    }
}
