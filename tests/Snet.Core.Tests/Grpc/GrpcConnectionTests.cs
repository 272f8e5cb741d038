using System.Net;
using System.Net.Sockets;
using Snet.Tests;

namespace Snet.Grpc;

/// <summary>Connections that break, and streams that the peer resets.</summary>
[CancelAfter(20_000)]
internal sealed class GrpcConnectionTests
{
    [TestCase(0x0, GrpcStatus.Internal)]
    [TestCase(0x1, GrpcStatus.Internal)]
    [TestCase(0x2, GrpcStatus.Internal)]
    [TestCase(0x8, GrpcStatus.Cancelled)]
    [TestCase(0xb, GrpcStatus.ResourceExhausted)]
    [TestCase(0xc, GrpcStatus.PermissionDenied)]
    public async Task ReadAsync_PeerResetsTheStream_CodeIsMapped(int errorCode, int status, CancellationToken cancellationToken)
    {
        foreach (var afterHeaders in new[] { false, true })
        {
            await using var server = new Http2Recorder();
            using var channel = new GrpcChannel(server.Address);
            await using var call = channel.StartCall("/a.B/c", null, cancellationToken);
            var headers = await server.WaitForAsync(frame => frame.Type == Http2FrameType.Headers, cancellationToken);
            if (afterHeaders)
                await server.SendResponseHeadersAsync(headers.StreamId, cancellationToken);

            await server.SendResetAsync(headers.StreamId, errorCode, cancellationToken);

            var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());
            (e.StatusCode, e.IsTransport).ShouldBe((status, true));
            (await call.WriteAsync(new byte[1])).ShouldBeFalse();
            (await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask())).ShouldBeSameAs(e);
        }
    }

    [Test]
    public async Task ReadAsync_ConnectionCut_IsUnavailable([Values] bool afterHeaders, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);
        var headers = await server.WaitForAsync(frame => frame.Type == Http2FrameType.Headers, cancellationToken);
        if (afterHeaders)
        {
            await server.SendResponseHeadersAsync(headers.StreamId, cancellationToken);
            await call.WaitForHeadersAsync();
        }

        server.Cut();

        var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());
        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
        (await call.WriteAsync(new byte[1])).ShouldBeFalse();
    }

    [Test]
    public async Task ReadAsync_PeerGoesAwayWithoutFinishing_IsUnavailable(CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);
        await server.WaitForAsync(frame => frame.Type == Http2FrameType.Headers, cancellationToken);

        await server.SendAsync(Http2FrameType.GoAway, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0], cancellationToken);
        await server.PingAsync(cancellationToken);
        server.Cut();

        var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());
        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
    }

    [Test]
    public async Task ReadAsync_PeerRefusesTheStream_IsUnavailable(CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);
        await call.WriteAsync(new byte[10]);
        var headers = await server.WaitForAsync(frame => frame.Type == Http2FrameType.Data, cancellationToken);

        await server.SendResetAsync(headers.StreamId, 7, cancellationToken);

        var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());
        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
        server.CallFrames.ShouldNotContain(frame => frame.EndsStream);
    }

    [Test]
    public async Task StartCall_NobodyListens_IsUnavailable(CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        using var channel = new GrpcChannel(address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);

        (await call.WriteAsync(new byte[1])).ShouldBeFalse();
        await call.CompleteAsync();
        var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
        e.Detail.ShouldBe($"The connection to {address.Authority} failed: Connection refused");
    }

    [Test]
    public async Task StartCall_ConnectingTakesForEver_EveryWayOutWorks([Values] GivingUp way, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = NeverAsync };
        using var channel = new GrpcChannel(new Uri("http://host"), handler);
        using var token = new CancellationTokenSource();
        var options = way == GivingUp.Deadline ? new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) } : null;
        await using var call = channel.StartCall("/a.B/c", options, token.Token);
        var writing = call.WriteAsync(new byte[1]).AsTask();
        writing.IsCompleted.ShouldBeFalse();

        if (way == GivingUp.Token)
            await token.CancelAsync();
        if (way == GivingUp.Dispose)
            await call.DisposeAsync();

        if (way == GivingUp.Deadline)
            (await writing.WaitAsync(cancellationToken)).ShouldBeFalse();
        else
            await Should.ThrowAsync<Exception>(() => writing.WaitAsync(cancellationToken));
        var e = await Should.ThrowAsync<Exception>(() => call.ReadAsync().AsTask());
        if (way == GivingUp.Token)
            e.ShouldBeAssignableTo<OperationCanceledException>()!.CancellationToken.ShouldBe(token.Token);
        else
            e.GetType().ShouldBe(way == GivingUp.Dispose ? typeof(ObjectDisposedException) : typeof(GrpcException));
    }

    [Test]
    public async Task UnaryAsync_ConnectTimeoutPasses_IsUnavailableNotCancelled(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = NeverAsync, ConnectTimeout = TimeSpan.FromMilliseconds(50) };
        using var channel = new GrpcChannel(new Uri("http://host"), handler);

        var e = await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
        e.Detail.ShouldContain("ConnectTimeout");
    }

    [Test]
    public async Task UnaryAsync_DeadlineOnAClockOfItsOwn_PassesWithThatClock(CancellationToken cancellationToken)
    {
        var time = new ManualTime();
        using var handler = new SocketsHttpHandler { ConnectCallback = NeverAsync };
        using var channel = new GrpcChannel(new Uri("http://host"), handler, new GrpcChannelOptions { TimeProvider = time });
        var call = channel.UnaryAsync("/a.B/c", default, new GrpcCallOptions { Timeout = TimeSpan.FromMinutes(10) }, cancellationToken);

        time.Advance(TimeSpan.FromMinutes(9));
        call.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromMinutes(1));

        (await Should.ThrowAsync<GrpcException>(() => call)).StatusCode.ShouldBe(GrpcStatus.DeadlineExceeded);
        time.NextTimer.ShouldBeNull();
    }

    [Test]
    public async Task UnaryAsync_PeerDoesNotSpeakHttp2_IsInternal(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new GrpcChannel(new Uri($"http://{listener.LocalEndpoint}"));
        var call = channel.UnaryAsync("/a.B/c", default, null, cancellationToken);
        using var client = await listener.AcceptTcpClientAsync(cancellationToken);
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellationToken);

        var e = await Should.ThrowAsync<GrpcException>(() => call);

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Internal, true));
    }

    [Test]
    public async Task UnaryAsync_TokenAlreadyCancelled_NothingIsSent(CancellationToken cancellationToken)
    {
        using var channel = new GrpcChannel(new Uri($"http://127.0.0.1:{FreePort()}"));

        await Should.ThrowAsync<OperationCanceledException>(() => channel.UnaryAsync("/a.B/c", default, null, new CancellationToken(canceled: true)));
        cancellationToken.IsCancellationRequested.ShouldBeFalse();
    }

    [Test]
    public async Task UnaryAsync_NoTimeLeft_EndsBeforeAnythingIsSent(CancellationToken cancellationToken)
    {
        using var channel = new GrpcChannel(new Uri($"http://127.0.0.1:{FreePort()}"));

        var e = await Should.ThrowAsync<GrpcException>(
            () => channel.UnaryAsync("/a.B/c", default, new GrpcCallOptions { Timeout = TimeSpan.Zero }, cancellationToken));

        e.StatusCode.ShouldBe(GrpcStatus.DeadlineExceeded);
    }

    private static async ValueTask<Stream> NeverAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
