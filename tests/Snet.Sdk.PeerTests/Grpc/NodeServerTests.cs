using System.Text;
using Snet.Grpc;

namespace Snet.Sdk.PeerTests.Grpc;

/// <summary>Our client against the gRPC server of Node.js.</summary>
[CancelAfter(60_000)]
internal sealed class NodeServerTests
{
    private NodeProcess _node = null!;
    private GrpcChannel _channel = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _node = await NodeProcess.StartAsync("grpc-server.mjs");
        var port = (int)(await _node.ReadAsync(CancellationToken.None))["port"]!;
        _channel = new GrpcChannel(new Uri($"http://127.0.0.1:{port}"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_node is null)
            return; // left out

        _channel.Dispose();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task UnaryAsync_MessageAndMetadata_ComeBack([Values(0, 1, 100, 20_000, 3_000_000)] int size, CancellationToken cancellationToken)
    {
        var request = Enumerable.Range(0, size).Select(i => (byte)(i * 31)).ToArray();

        var response = await _channel.UnaryAsync("/peer.Peer/unary", request, Headers(("x-echo-bin", new byte[] { 0, 1, 255, 7 })), cancellationToken);

        response.Message.ToArray().ShouldBe(request);
        response.Headers.GetBytes("x-head-bin").ShouldBe([0, 1, 255, 7]);
        response.Trailers.GetBytes("x-tail-bin").ShouldBe([0, 1, 255, 7]);
        response.Trailers.GetString("x-seen").ShouldBe("user-agent x-echo-bin");
    }

    [Test, Pairwise]
    public async Task UnaryAsync_Status_ArrivesAsSent(
        [Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1000)] int status,
        [Values("", "plain", "100% %41 %", "ends blank ", "line\nbreak\n", "naïve 漢字 😀")] string text,
        [Values] bool headersFirst,
        CancellationToken cancellationToken)
    {
        var headers = Headers(("x-status", $"{status}"), ("x-text-bin", Encoding.UTF8.GetBytes(text)));
        if (headersFirst)
            headers.Headers!.Add("x-echo-bin", [1]);

        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/peer.Peer/unary", default, headers, cancellationToken));

        (e.StatusCode, e.Detail, e.IsTransport).ShouldBe((status, text, false));
        e.Headers.GetBytes("x-head-bin").ShouldBe(headersFirst ? [1] : null);
        e.Trailers.GetString("x-seen").ShouldNotBeNull();
    }

    [Test]
    public async Task StartCall_ClientStream_AllIsSeen([Values(0, 1, 50)] int count, CancellationToken cancellationToken)
    {
        await using var call = _channel.StartCall("/peer.Peer/clientStream", null, cancellationToken);
        for (var i = 0; i < count; i++)
            (await call.WriteAsync(new byte[] { (byte)i }, new byte[30_000])).ShouldBeTrue();
        await call.CompleteAsync();

        (await call.ReadSingleAsync()).Message.Length.ShouldBe(count * 30_001);
    }

    [Test]
    public async Task StartCall_ServerStream_MessagesThenStatus([Values(0, 3, 500)] int count, [Values(0, 1000)] int status, CancellationToken cancellationToken)
    {
        await using var call = _channel.StartCall("/peer.Peer/serverStream", Headers(("x-give", $"{count}"), ("x-status", $"{status}")), cancellationToken);
        await call.WriteAsync(default);
        await call.CompleteAsync();

        for (var i = 0; i < count; i++)
            (await call.ReadAsync())!.Value.Span[0].ShouldBe((byte)i);
        if (status == 0)
            (await call.ReadAsync()).ShouldBeNull();
        else
            (await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask())).StatusCode.ShouldBe(status);
    }

    [Test]
    public async Task StartCall_Duplex_GoesBackAndForth(CancellationToken cancellationToken)
    {
        await using var call = _channel.StartCall("/peer.Peer/duplex", null, cancellationToken);
        for (var i = 0; i < 100; i++)
        {
            await call.WriteAsync(new byte[i]);
            (await call.ReadAsync())!.Value.Length.ShouldBe(i);
        }

        await call.CompleteAsync();
        (await call.ReadAsync()).ShouldBeNull();
    }

    [Test]
    public async Task UnaryAsync_MessageAboveALimit_IsResourceExhausted([Values] bool answer, CancellationToken cancellationToken)
    {
        var call = () => _channel.UnaryAsync(
            "/peer.Peer/unary", new byte[answer ? 0 : 5_000_000], answer ? Headers(("x-size", "5000000")) : null, cancellationToken);

        var e = await Should.ThrowAsync<GrpcException>(call);

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.ResourceExhausted, answer));
        e.Detail.ShouldContain("larger than max");
    }

    [Test]
    public async Task UnaryAsync_NoSuchMethod_IsUnimplemented(CancellationToken cancellationToken)
    {
        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/peer.Peer/none", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unimplemented, false));
    }

    [Test]
    public async Task UnaryAsync_DeadlinePasses_IsDeadlineExceeded(CancellationToken cancellationToken)
    {
        var options = new GrpcCallOptions { Headers = new GrpcMetadata { { "x-stall", "1" } }, Timeout = TimeSpan.FromMilliseconds(200) };

        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/peer.Peer/unary", default, options, cancellationToken));

        e.StatusCode.ShouldBe(GrpcStatus.DeadlineExceeded);
    }

    [Test]
    public async Task DisposeAsync_UploadMidway_ServerSeesACancel(CancellationToken cancellationToken)
    {
        await using (var call = _channel.StartCall("/peer.Peer/clientStream", Headers(("x-stall", "1")), cancellationToken))
        {
            for (var i = 0; i < 7; i++)
                await call.WriteAsync(new byte[1000]);
        }

        // That no END_STREAM goes before the reset is shown on the wire elsewhere; grpc-js raises 'end' in both cases.
        string events;
        do
            events = Encoding.UTF8.GetString((await _channel.UnaryAsync("/peer.Peer/events", default, null, cancellationToken)).Message.Span);
        while (!events.Contains("/peer.Peer/clientStream cancelled", StringComparison.Ordinal));
    }

    [Test]
    public async Task WriteAsync_ServerBreaksOffEarly_ItsStatusComes(CancellationToken cancellationToken)
    {
        var options = Headers(("x-stop-after", "3"), ("x-status", "1000"), ("x-text-bin", "no more"u8.ToArray()));
        await using var call = _channel.StartCall("/peer.Peer/clientStream", options, cancellationToken);

        while (await call.WriteAsync(new byte[100_000]))
        {
        }

        var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());
        (e.StatusCode, e.Detail, e.IsTransport).ShouldBe((1000, "no more", false));
    }

    private static GrpcCallOptions Headers(params (string Name, object Value)[] headers)
    {
        var metadata = new GrpcMetadata();
        foreach (var (name, value) in headers)
        {
            if (value is byte[] bytes)
                metadata.Add(name, bytes);
            else
                metadata.Add(name, (string)value);
        }

        return new GrpcCallOptions { Headers = metadata };
    }
}
