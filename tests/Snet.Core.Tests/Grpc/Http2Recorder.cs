using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Snet.Grpc;

/// <summary>A server that knows HTTP/2 frames and nothing above them: it writes down every frame of its client and sends what a test tells it to send.</summary>
/// <remarks>Flow control is the test's too: the client may send 65,535 bytes, no more until the test allows it.</remarks>
internal sealed class Http2Recorder : IAsyncDisposable
{
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Http2Frame> _frames = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpClient? _client;

    public Http2Recorder()
    {
        _listener.Start();
        _running = RunAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Ends when the client's connection has.</summary>
    public Task Closed => _running;

    /// <summary>The client's frames on streams that carry calls, in their order.</summary>
    public IReadOnlyList<Http2Frame> CallFrames
    {
        get
        {
            lock (_frames)
                return [.. _frames.Where(frame => frame.StreamId != 0 && frame.Type != Http2FrameType.WindowUpdate)];
        }
    }

    /// <summary>Waits for a frame that came or comes.</summary>
    public async Task<Http2Frame> WaitForAsync(Func<Http2Frame, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_frames)
            {
                if (_frames.Find(frame => condition(frame)) is { } found)
                    return found;
                more = _more.Task;
            }

            await more.WaitAsync(cancellationToken);
        }
    }

    public Task<Http2Frame> WaitForResetAsync(CancellationToken cancellationToken)
        => WaitForAsync(frame => frame.Type == Http2FrameType.ResetStream, cancellationToken);

    public Task SendResponseHeadersAsync(int streamId, CancellationToken cancellationToken)
        => SendAsync(Http2FrameType.Headers, 4, streamId, [0x88, .. Literal("content-type", "application/grpc")], cancellationToken);

    /// <summary>Answers with a status and nothing else.</summary>
    public Task SendTrailersOnlyAsync(int streamId, string status, CancellationToken cancellationToken)
        => SendAsync(
            Http2FrameType.Headers, 5, streamId, [0x88, .. Literal("content-type", "application/grpc"), .. Literal("grpc-status", status)], cancellationToken);

    public Task SendTrailersAsync(int streamId, string status, CancellationToken cancellationToken)
        => SendAsync(Http2FrameType.Headers, 5, streamId, Literal("grpc-status", status), cancellationToken);

    public Task SendResetAsync(int streamId, int errorCode, CancellationToken cancellationToken)
        => SendAsync(Http2FrameType.ResetStream, 0, streamId, Number(errorCode), cancellationToken);

    /// <summary>Lets the client send more, over all its calls.</summary>
    public Task AllowAsync(int bytes, CancellationToken cancellationToken)
        => SendAsync(Http2FrameType.WindowUpdate, 0, 0, Number(bytes), cancellationToken);

    public async Task SendAsync(Http2FrameType type, byte flags, int streamId, byte[] payload, CancellationToken cancellationToken)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = ((byte)type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, 9);
        await _client!.GetStream().WriteAsync(frame, cancellationToken);
    }

    /// <summary>Asks the client for a sign: what it had sent before has come by then, and what was sent to it is read.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await SendAsync(Http2FrameType.Ping, 0, 0, new byte[8], cancellationToken);
        await WaitForAsync(frame => frame is { Type: Http2FrameType.Ping, Flags: 1 }, cancellationToken);
    }

    /// <summary>Closes the connection without a word.</summary>
    public void Cut() => _client?.Client.Close(0);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        _client?.Dispose();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            _client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            var stream = _client.GetStream();
            var preface = new byte[Preface.Length];
            await stream.ReadExactlyAsync(preface, _stopping.Token);
            preface.ShouldBe(Preface);
            await SendAsync(Http2FrameType.Settings, 0, 0, [], _stopping.Token);
            while (true)
                await RecordAsync(stream);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or SocketException)
        {
            // The client closed the connection, or the test is over.
        }
    }

    private async Task RecordAsync(NetworkStream stream)
    {
        var head = new byte[9];
        await stream.ReadExactlyAsync(head, _stopping.Token);
        var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await stream.ReadExactlyAsync(payload, _stopping.Token);
        var frame = new Http2Frame((Http2FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
        if (frame is { Type: Http2FrameType.Settings, Flags: 0 })
            await SendAsync(Http2FrameType.Settings, 1, 0, [], _stopping.Token);
        if (frame is { Type: Http2FrameType.Ping, Flags: 0 })
            await SendAsync(Http2FrameType.Ping, 1, 0, payload, _stopping.Token);

        lock (_frames)
        {
            _frames.Add(frame);
            _more.SetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    // A header field that stands for itself, without compression (RFC 7541, 6.2.2).
    private static byte[] Literal(string name, string value)
        => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
