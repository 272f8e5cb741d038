using System.Net;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>Our client and our server against each other, over loopback: every shape of call and every way to end it.</summary>
[CancelAfter(30_000)]
internal sealed class GrpcCallTests
{
    private const int Limit = 100_000;
    private Func<GrpcServerCall, Task> _handler = null!;
    private GrpcServer _server = null!;
    private GrpcChannel _channel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _handler = EchoAsync;
        _server = await GrpcServer.StartAsync(new GrpcServerOptions { MaxReceiveMessageSize = Limit }, call => _handler(call), CancellationToken.None);
        _channel = new GrpcChannel(_server.Address, null, new GrpcChannelOptions { MaxReceiveMessageSize = Limit });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
        _server.Faults.ShouldBeEmpty();
    }

    [Test]
    public async Task UnaryAsync_MetadataBothWays_Arrives(CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            call.Method.ShouldBe("/package.Service/method_name");
            call.RequestHeaders.GetAll("x-text").Single().Text.ShouldBe("a, b");
            call.RequestHeaders.GetString("user-agent").ShouldBe("snet-sdk-dotnet");
            var message = await call.ReadAsync();
            await call.WriteHeadersAsync(new GrpcMetadata { { "x-one", "1" }, { "x-bin", [0, 255] }, { "x-bin", [7] } });
            call.ResponseTrailers.Add("x-two", "2");
            call.ResponseTrailers.Add("x-two", "3");
            call.ResponseTrailers.Add("x-same-bin", call.RequestHeaders.GetBytes("x-bin"));
            await call.WriteAsync(message!.Value);
        };
        var headers = new GrpcMetadata { { "x-text", "a, b" }, { "x-bin", [1, 2, 3, 4] } };

        var response = await _channel.UnaryAsync("/package.Service/method_name", new byte[] { 5 }, new GrpcCallOptions { Headers = headers }, cancellationToken);

        response.Message.ToArray().ShouldBe([5]);
        response.Headers.GetString("x-one").ShouldBe("1");
        response.Headers.GetAll("x-bin").Select(entry => entry.Bytes).ShouldBe([[0, 255], [7]]);
        response.Trailers.GetAll("x-two").Select(entry => entry.Text).ShouldBe(["2", "3"]);
        response.Trailers.GetBytes("x-same-bin").ShouldBe([1, 2, 3, 4]);
        response.Trailers.Count.ShouldBe(3);
    }

    [Test]
    public async Task StartCall_Duplex_MessagesGoBothWaysInOrder(CancellationToken cancellationToken)
    {
        await using var call = _channel.StartCall("/a.B/c", null, cancellationToken);

        for (var i = 0; i < 50; i++)
        {
            var message = Enumerable.Repeat((byte)i, i * 700).ToArray();
            (await call.WriteAsync(message.AsMemory(0, message.Length / 3), message.AsMemory(message.Length / 3))).ShouldBeTrue();
            (await call.ReadAsync())!.Value.ToArray().ShouldBe(message);
        }

        await call.CompleteAsync();
        (await call.ReadAsync()).ShouldBeNull();
        (await call.ReadAsync()).ShouldBeNull();
    }

    [Test]
    public async Task StartCall_ClientStream_ServerSeesTheEnd(CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            var sum = 0;
            while (await call.ReadAsync() is { } message)
                sum += message.Span[0];
            await call.WriteAsync(new[] { (byte)sum });
        };
        await using var call = _channel.StartCall("/a.B/c", null, cancellationToken);
        foreach (var number in new byte[] { 1, 2, 3, 4 })
            await call.WriteAsync(new[] { number });
        await call.CompleteAsync();

        (await call.ReadSingleAsync()).Message.ToArray().ShouldBe([10]);
    }

    [Test]
    public async Task StartCall_ServerStream_MessagesThenError([Values(0, 200)] int count, CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            for (var i = 0; i < count; i++)
                await call.WriteAsync(new[] { (byte)i });
            throw new GrpcException(1000, "enough", new GrpcMetadata { { "x-t", "v" } });
        };
        await using var call = _channel.StartCall("/a.B/c", null, cancellationToken);
        await call.CompleteAsync();

        for (var i = 0; i < count; i++)
            (await call.ReadAsync())!.Value.ToArray().ShouldBe([(byte)i]);
        var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());

        (e.StatusCode, e.Detail, e.IsTransport).ShouldBe((1000, "enough", false));
        e.Trailers.GetString("x-t").ShouldBe("v");
        call.Trailers.GetString("x-t").ShouldBe("v");
    }

    [Test]
    public async Task WaitForHeadersAsync_ServerSendsHeadersFirst_ComeBeforeAnyMessage(CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            await call.WriteHeadersAsync(new GrpcMetadata { { "x-early", "yes" } });
            (await call.ReadAsync()).ShouldNotBeNull();
        };
        await using var call = _channel.StartCall("/a.B/c", null, cancellationToken);

        (await call.WaitForHeadersAsync()).GetString("x-early").ShouldBe("yes");
        await call.WriteAsync(new byte[1]);
        await call.CompleteAsync();
        (await call.ReadAsync()).ShouldBeNull();
    }

    [Test, Pairwise]
    public async Task UnaryAsync_StatusAndText_ArriveAsSent(
        [Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1000, int.MaxValue)] int status,
        [Values("", "plain", "100% %41 %", " blanks ", "line\nbreak\n", "naïve 漢字 😀")] string detail,
        [Values] bool afterMessage,
        CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            call.ResponseTrailers.Add("x-t", "v");
            if (afterMessage)
                await call.WriteAsync(new byte[3]);
            throw new GrpcException(status, detail, new GrpcMetadata { { "x-bin", [9] } });
        };

        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.Detail, e.IsTransport).ShouldBe((status, detail, false));
        e.Trailers.GetString("x-t").ShouldBe("v");
        e.Trailers.GetBytes("x-bin").ShouldBe([9]);
    }

    [Test]
    public async Task UnaryAsync_MessageAtTheLimit_PassesAndOneByteMoreDoesNot([Values] bool toServer, CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            var size = (await call.ReadAsync())!.Value.Length;
            await call.WriteAsync(new byte[toServer ? 0 : size + 1]);
        };

        await _channel.UnaryAsync("/a.B/c", new byte[toServer ? Limit : Limit - 1], null, cancellationToken);
        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/a.B/c", new byte[toServer ? Limit + 1 : Limit], null, cancellationToken));

        (e.StatusCode, e.Detail).ShouldBe((GrpcStatus.ResourceExhausted, "grpc: received message larger than max (100001 vs. 100000)"));
        e.IsTransport.ShouldBe(!toServer);
    }

    [Test]
    public async Task UnaryAsync_MetadataOfSeveralMegabytes_Passes([Values] bool asTrailers, CancellationToken cancellationToken)
    {
        var large = new GrpcMetadata();
        for (var i = 0; i < 5; i++)
            large.Add($"x-{i}", new string((char)('a' + i), 600_000));
        _handler = async call =>
        {
            var back = new GrpcMetadata();
            foreach (var entry in call.RequestHeaders.Where(entry => entry.Name.StartsWith("x-", StringComparison.Ordinal)))
                (asTrailers ? call.ResponseTrailers : back).Add(entry);
            await call.WriteHeadersAsync(back);
            await call.WriteAsync(default);
        };

        var response = await _channel.UnaryAsync("/a.B/c", default, new GrpcCallOptions { Headers = large }, cancellationToken);

        (asTrailers ? response.Trailers : response.Headers).GetString("x-4").ShouldBe(new string('e', 600_000));
    }

    [Test]
    public async Task UnaryAsync_AnswersMetadataAboveTheLimit_FailsPlainly(CancellationToken cancellationToken)
    {
        _handler = call => call.WriteHeadersAsync(new GrpcMetadata { { "x-large", new string('x', 17 * 1024 * 1024) } });

        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
        e.Detail.ShouldContain("The HTTP headers length exceeded");
    }

    [Test]
    public async Task UnaryAsync_DeadlinePasses_BothSidesSee(CancellationToken cancellationToken)
    {
        var aborted = new TaskCompletionSource<TimeSpan?>();
        _handler = async call =>
        {
            using var registration = call.Aborted.Register(() => aborted.SetResult(call.Timeout));
            await Task.Delay(Timeout.Infinite, call.Aborted);
        };

        var e = await Should.ThrowAsync<GrpcException>(
            () => _channel.UnaryAsync("/a.B/c", default, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(200) }, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.DeadlineExceeded, true));
        (await aborted.Task.WaitAsync(cancellationToken)).ShouldBe(TimeSpan.FromMilliseconds(200));
    }

    [Test]
    public async Task ReadAsync_ClientCancelsMidway_ServerSeesNoEnd([Values] bool dispose, CancellationToken cancellationToken)
    {
        var (arrived, outcome) = (new TaskCompletionSource(), new TaskCompletionSource<string>());
        _handler = async call =>
        {
            try
            {
                while (await call.ReadAsync() is not null)
                    arrived.TrySetResult();

                outcome.SetResult("end");
            }
            catch (OperationCanceledException)
            {
                outcome.SetResult("cancelled");
                throw;
            }
        };
        using var token = new CancellationTokenSource();
        await using var call = _channel.StartCall("/a.B/c", null, token.Token);
        await call.WriteAsync(new byte[10]);
        await arrived.Task.WaitAsync(cancellationToken);

        if (dispose)
            await call.DisposeAsync();
        else
            await token.CancelAsync();

        (await outcome.Task.WaitAsync(cancellationToken)).ShouldBe("cancelled");
    }

    [Test]
    public async Task WriteAsync_ServerBreaksOffEarly_ItsStatusIsWhatComes([Values] bool atOnce, CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            for (var i = 0; i < (atOnce ? 0 : 20); i++)
                await call.ReadAsync();
            throw new GrpcException(1000, "no more");
        };
        await using var call = _channel.StartCall("/a.B/c", null, cancellationToken);

        while (await call.WriteAsync(new byte[Limit]))
        {
        }

        await call.CompleteAsync();
        var e = await Should.ThrowAsync<GrpcException>(() => call.ReadAsync().AsTask());
        (e.StatusCode, e.Detail, e.IsTransport).ShouldBe((1000, "no more", false));
    }

    [Test]
    public async Task WriteAsync_ServerAnswersOkEarly_AnswerCounts(CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            await call.ReadAsync();
            await call.WriteAsync(new byte[] { 42 });
        };
        await using var call = _channel.StartCall("/a.B/c", null, cancellationToken);

        while (await call.WriteAsync(new byte[Limit]))
        {
        }

        (await call.ReadSingleAsync()).Message.ToArray().ShouldBe([42]);
    }

    [Test]
    public async Task UnaryAsync_LargeRequestRefusedEarly_StatusIsWhatComes(CancellationToken cancellationToken)
    {
        _handler = _ => throw new GrpcException(GrpcStatus.PermissionDenied, "not you");

        for (var i = 0; i < 20; i++)
        {
            var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/a.B/c", new byte[20 * 1024 * 1024], null, cancellationToken));

            (e.StatusCode, e.Detail).ShouldBe((GrpcStatus.PermissionDenied, "not you"));
        }
    }

    [Test]
    public async Task WriteAsync_ServerDoesNotRead_WriterIsHeldBack(CancellationToken cancellationToken)
    {
        var release = new TaskCompletionSource();
        _handler = async call =>
        {
            await release.Task;
            await EchoAsync(call);
        };
        await using var call = _channel.StartCall("/a.B/c", null, cancellationToken);
        var written = 0;
        var writing = Task.Run(
            async () =>
            {
                while (written < 3000 && await call.WriteAsync(new byte[Limit]))
                    written++;
            },
            cancellationToken);

        await Task.Delay(500, cancellationToken);

        (written * (long)Limit).ShouldBeInRange(1, 8 * 1024 * 1024); // of 300 MB
        release.SetResult();
        await call.DisposeAsync();
        await writing.ContinueWith(_ => { }, cancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Test]
    public async Task Abort_DuringACall_IsUnavailable([Values] bool afterMessage, CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            if (afterMessage)
                await call.WriteAsync(new byte[1]);
            call.Abort();
        };

        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcStatus.Unavailable, true));
    }

    [Test]
    public async Task Reset_DuringACall_CodeIsMapped([Values(2, 8, 11)] int errorCode, CancellationToken cancellationToken)
    {
        _handler = call =>
        {
            call.Reset(errorCode);
            return Task.CompletedTask;
        };

        var e = await Should.ThrowAsync<GrpcException>(() => _channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.IsTransport).ShouldBe((GrpcFailures.FromHttp2Error(errorCode), true));
    }

    [Test]
    public async Task UnaryAsync_CompressedRequest_IsRefusedAsGrpcGoDoes([Values("gzip", null)] string? encoding, CancellationToken cancellationToken)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, "/a.B/c"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([1, 0, 0, 0, 1, 0]),
        };
        request.Content.Headers.Add("content-type", "application/grpc+proto");
        if (encoding is not null)
            request.Headers.Add("grpc-encoding", encoding);

        using var response = await invoker.SendAsync(request, cancellationToken);

        response.Headers.GetValues("grpc-status").ShouldBe([encoding is null ? "13" : "12"]);
    }

    [Test]
    public async Task UnaryAsync_ManyAtOnce_EachGetsItsOwnAnswer(CancellationToken cancellationToken)
    {
        var calls = Enumerable.Range(0, 1000).Select(async i =>
        {
            var request = BitConverter.GetBytes(i);
            (await _channel.UnaryAsync("/a.B/c", request, null, cancellationToken)).Message.ToArray().ShouldBe(request);
        });

        await Task.WhenAll(calls);
    }

    private static async Task EchoAsync(GrpcServerCall call)
    {
        while (await call.ReadAsync() is { } message)
            await call.WriteAsync(message);
    }
}
