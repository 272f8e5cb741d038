namespace Snet.Grpc;

/// <summary>What a call that is given up leaves on the wire: a reset with CANCEL, and no END_STREAM before it. An END_STREAM would make the daemon take
/// half an upload for a whole one and charge for it (protocol e.3, e.7).</summary>
[CancelAfter(20_000)]
internal sealed class GrpcResetTests
{
    private const int Cancel = 8;
    private static readonly byte[] Small = new byte[100];
    private static readonly byte[] Large = new byte[1024 * 1024]; // the recorder lets 64 KiB through

    [Test]
    public async Task UnaryAsync_CancelledWhileTheRequestIsOut_ResetsOnly([Values(GivingUp.Token, GivingUp.Deadline)] GivingUp way, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        using var token = new CancellationTokenSource();
        var call = channel.UnaryAsync("/a.B/c", Large, OptionsFor(way), token.Token);
        await server.WaitForAsync(frame => frame.Type == Http2FrameType.Data, cancellationToken);

        if (way == GivingUp.Token)
            await token.CancelAsync();

        await ShouldEndAsync(way, () => call);
        await ShouldBeResetOnlyAsync(server, cancellationToken);
    }

    [Test]
    public async Task UnaryAsync_CancelledWhileWaitingForTheAnswer_Resets(CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        using var token = new CancellationTokenSource();
        var call = channel.UnaryAsync("/a.B/c", Small, null, token.Token);
        await server.WaitForAsync(frame => frame.EndsStream, cancellationToken);

        await token.CancelAsync();

        await ShouldEndAsync(GivingUp.Token, () => call);
        (await server.WaitForResetAsync(cancellationToken)).ErrorCode.ShouldBe(Cancel);
    }

    [Test]
    public async Task StartCall_GivenUpBeforeTheFirstMessage_ResetsOnly([Values] GivingUp way, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        using var token = new CancellationTokenSource();
        await using var call = channel.StartCall("/a.B/c", OptionsFor(way), token.Token);
        await server.WaitForAsync(frame => frame.Type == Http2FrameType.Headers, cancellationToken);

        await GiveUpAsync(way, call, token);

        await ShouldEndAsync(way, () => call.ReadAsync().AsTask());
        await ShouldBeResetOnlyAsync(server, cancellationToken);
    }

    [Test]
    public async Task StartCall_GivenUpBetweenMessages_ResetsOnly([Values] GivingUp way, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        using var token = new CancellationTokenSource();
        await using var call = channel.StartCall("/a.B/c", OptionsFor(way), token.Token);
        (await call.WriteAsync(Small)).ShouldBeTrue();
        await server.WaitForAsync(frame => frame.Type == Http2FrameType.Data, cancellationToken);

        await GiveUpAsync(way, call, token);

        // Nobody reads: the call must go by itself.
        await ShouldBeResetOnlyAsync(server, cancellationToken);
        await ShouldEndAsync(way, () => call.ReadAsync().AsTask());
    }

    [Test]
    public async Task WriteAsync_GivenUpInTheMiddleOfAMessage_ResetsOnly([Values] GivingUp way, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        using var token = new CancellationTokenSource();
        await using var call = channel.StartCall("/a.B/c", OptionsFor(way), token.Token);
        var writing = call.WriteAsync(Large).AsTask();
        await server.WaitForAsync(frame => frame.Type == Http2FrameType.Data, cancellationToken);

        await GiveUpAsync(way, call, token);

        if (way == GivingUp.Deadline)
            (await writing).ShouldBeFalse();
        else
            await ShouldEndAsync(way, () => writing);
        await ShouldBeResetOnlyAsync(server, cancellationToken);
    }

    [Test]
    public async Task CompleteAsync_AfterGivingUp_SendsNoEnd([Values] GivingUp way, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        using var token = new CancellationTokenSource();
        await using var call = channel.StartCall("/a.B/c", OptionsFor(way), token.Token);
        await call.WriteAsync(Small);

        await GiveUpAsync(way, call, token);
        if (way == GivingUp.Deadline)
            await ShouldEndAsync(way, () => call.ReadAsync().AsTask());
        await call.CompleteAsync();

        await ShouldBeResetOnlyAsync(server, cancellationToken);
    }

    [Test]
    public async Task StartCall_GivenUpAfterResponseHeaders_ResetsOnly([Values] GivingUp way, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        using var token = new CancellationTokenSource();
        await using var call = channel.StartCall("/a.B/c", OptionsFor(way), token.Token);
        await call.WriteAsync(Small);
        var headers = await server.WaitForAsync(frame => frame.Type == Http2FrameType.Headers, cancellationToken);
        await server.SendResponseHeadersAsync(headers.StreamId, cancellationToken);
        await call.WaitForHeadersAsync();

        await GiveUpAsync(way, call, token);

        await ShouldBeResetOnlyAsync(server, cancellationToken);
    }

    [Test]
    public async Task ReadAsync_ServerEndsTheCallEarly_RequestIsResetNotCompleted([Values] bool trailersOnly, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);
        await call.WriteAsync(Small);
        var headers = await server.WaitForAsync(frame => frame.Type == Http2FrameType.Headers, cancellationToken);
        if (!trailersOnly)
            await server.SendResponseHeadersAsync(headers.StreamId, cancellationToken);
        await (trailersOnly ? server.SendTrailersOnlyAsync(headers.StreamId, "1000", cancellationToken) : server.SendTrailersAsync(headers.StreamId, "1000", cancellationToken));

        (await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask())).StatusCode.ShouldBe(1000);
        (await call.WriteAsync(Small)).ShouldBeFalse();

        await ShouldBeResetOnlyAsync(server, cancellationToken);
    }

    [Test]
    public async Task WriteAsync_HeldBackWhileTheServerEndsWithoutAReset_IsReleased([Values] bool trailersOnly, CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);
        var writing = call.WriteAsync(Large).AsTask();
        var headers = await server.WaitForAsync(frame => frame.Type == Http2FrameType.Data, cancellationToken);
        if (!trailersOnly)
            await server.SendResponseHeadersAsync(headers.StreamId, cancellationToken);
        await (trailersOnly ? server.SendTrailersOnlyAsync(headers.StreamId, "1000", cancellationToken) : server.SendTrailersAsync(headers.StreamId, "1000", cancellationToken));

        (await writing).ShouldBeFalse();
        (await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask())).StatusCode.ShouldBe(1000);
        await ShouldBeResetOnlyAsync(server, cancellationToken);
    }

    [Test]
    public async Task Dispose_ChannelWithARunningCall_SendsNoEnd(CancellationToken cancellationToken)
    {
        await using var server = new Http2Recorder();
        var channel = new GrpcChannel(server.Address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);
        await call.WriteAsync(Small);
        await server.WaitForAsync(frame => frame.Type == Http2FrameType.Data, cancellationToken);

        channel.Dispose();
        await call.DisposeAsync();

        await server.Closed.WaitAsync(cancellationToken);
        server.CallFrames.ShouldNotContain(frame => frame.EndsStream);
    }

    [Test]
    public async Task StartCall_CancelledAtAnyMoment_NeverCompletes(CancellationToken cancellationToken)
    {
        const int Calls = 300;
        await using var server = new Http2Recorder();
        using var channel = new GrpcChannel(server.Address);
        var random = new Random(7);
        await using var warm = channel.StartCall("/a.B/c", null, cancellationToken);
        await server.WaitForAsync(frame => frame.Type == Http2FrameType.Headers, cancellationToken);

        for (var i = 0; i < Calls; i++)
        {
            using var token = new CancellationTokenSource();
            await using var call = channel.StartCall("/a.B/c", null, token.Token);
            var spins = random.Next(20_000);
            var cancelling = Task.Run(() =>
            {
                Thread.SpinWait(spins);
                token.Cancel();
            }, cancellationToken);
            await Should.ThrowAsync<OperationCanceledException>(async () =>
            {
                while (true)
                    await call.WriteAsync(Small);
            });
            await cancelling;
            if (i % 10 == 0)
                await server.AllowAsync(1_000_000, cancellationToken);
        }

        server.CallFrames.ShouldNotContain(frame => frame.EndsStream);
    }

    private static GrpcCallOptions? OptionsFor(GivingUp way) => way == GivingUp.Deadline ? new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(300) } : null;

    private static async Task GiveUpAsync(GivingUp way, GrpcCall call, CancellationTokenSource token)
    {
        if (way == GivingUp.Token)
            await token.CancelAsync();
        if (way == GivingUp.Dispose)
            await call.DisposeAsync();
        // A deadline passes by itself.
    }

    private static async Task ShouldEndAsync(GivingUp way, Func<Task> call)
    {
        switch (way)
        {
            case GivingUp.Token:
                await Should.ThrowAsync<OperationCanceledException>(call);
                break;
            case GivingUp.Dispose:
                await Should.ThrowAsync<ObjectDisposedException>(call);
                break;
            default:
                var e = await Should.ThrowAsync<GrpcException>(call);
                e.StatusCode.ShouldBe(GrpcStatus.DeadlineExceeded);
                e.IsTransport.ShouldBeTrue();
                break;
        }
    }

    private static async Task ShouldBeResetOnlyAsync(Http2Recorder server, CancellationToken cancellationToken)
    {
        (await server.WaitForResetAsync(cancellationToken)).ErrorCode.ShouldBe(Cancel);
        await server.PingAsync(cancellationToken); // whatever else was on its way
        server.CallFrames.ShouldNotContain(frame => frame.EndsStream);
        server.CallFrames[^1].Type.ShouldBe(Http2FrameType.ResetStream);
    }}
