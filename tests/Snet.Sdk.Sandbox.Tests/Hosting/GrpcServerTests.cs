using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>The server itself: its port, its end, its faults, and what it does with clients that do not speak gRPC.</summary>
[CancelAfter(20_000)]
internal sealed class GrpcServerTests
{
    [Test]
    public async Task OnHttp1_GetOnTheSamePort_IsAnswered(CancellationToken cancellationToken)
    {
        await using var server = await GrpcServer.StartAsync(
            new GrpcServerOptions { OnHttp1 = context => context.Response.WriteAsync(context.Request.Path) }, EchoAsync, cancellationToken);
        using var client = new HttpClient();
        using var channel = new GrpcChannel(server.Address);

        (await client.GetStringAsync(new Uri(server.Address, "/heartbeat"), cancellationToken)).ShouldBe("/heartbeat");
        (await channel.UnaryAsync("/a.B/c", new byte[] { 1 }, null, cancellationToken)).Message.ToArray().ShouldBe([1]);
        (await client.GetStringAsync(new Uri(server.Address, "/again"), cancellationToken)).ShouldBe("/again");
    }

    [Test]
    public async Task OnHttp1_None_AnswersNotFound(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(EchoAsync, cancellationToken);
        using var client = new HttpClient();

        (await client.GetAsync(new Uri(server.Address, "/x"), cancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task OnHttp1_Throws_IsReportedAndAnsweredWith500(CancellationToken cancellationToken)
    {
        await using var server = await GrpcServer.StartAsync(
            new GrpcServerOptions { OnHttp1 = _ => throw new InvalidOperationException("a mistake") }, EchoAsync, cancellationToken);
        using var client = new HttpClient();

        (await client.GetAsync(new Uri(server.Address, "/x"), cancellationToken)).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        server.Faults.ShouldHaveSingleItem().ShouldBeOfType<InvalidOperationException>();
    }

    [Test]
    public async Task Connection_FirstBytesComeOneByOne_ProtocolIsStillSeen(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(EchoAsync, cancellationToken);

        (await AskAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray())).ShouldStartWith("000"); // a frame's length
        (await AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray())).ShouldStartWith(Convert.ToHexString("HTTP/1.1 404"u8));
        (await AskAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"u8.ToArray())).ShouldStartWith(Convert.ToHexString("HTTP/1.1 404"u8));

        async Task<string> AskAsync(byte[] request)
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancellationToken);
            for (var i = 0; i < request.Length; i++)
            {
                await client.GetStream().WriteAsync(request.AsMemory(i, 1), cancellationToken);
                if (i < 5)
                    await Task.Delay(5, cancellationToken);
            }

            var answer = new byte[12];
            await client.GetStream().ReadExactlyAsync(answer, cancellationToken);
            return Convert.ToHexString(answer);
        }
    }

    [Test]
    public async Task Http2_NoGrpcRequest_IsRefused(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(EchoAsync, cancellationToken);
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        (await client.GetAsync(server.Address, cancellationToken)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Test]
    public async Task DisposeAsync_CallsRunning_EndsAtOnceAndFreesThePort(CancellationToken cancellationToken)
    {
        var arrived = new TaskCompletionSource();
        var server = await StartAsync(
            call =>
            {
                arrived.SetResult();
                return Task.Delay(Timeout.Infinite, call.Aborted);
            },
            cancellationToken);
        using var channel = new GrpcChannel(server.Address);
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancellationToken);
        var call = channel.UnaryAsync("/a.B/c", default, null, cancellationToken);
        await arrived.Task.WaitAsync(cancellationToken);

        var watch = Stopwatch.StartNew();
        await server.DisposeAsync();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
        (await Should.ThrowAsync<GrpcException>(() => call)).IsTransport.ShouldBeTrue();
        server.Faults.ShouldBeEmpty();
        await using var second = await GrpcServer.StartAsync(new GrpcServerOptions { Port = server.Address.Port }, EchoAsync, cancellationToken);
        (await channel.UnaryAsync("/a.B/c", new byte[] { 1 }, null, cancellationToken)).Message.Length.ShouldBe(1);
    }

    [Test]
    public async Task StartAsync_PortInUse_Throws(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(EchoAsync, cancellationToken);

        await Should.ThrowAsync<AddressInUseException>(() => GrpcServer.StartAsync(new GrpcServerOptions { Port = server.Address.Port }, EchoAsync, cancellationToken));
    }

    [Test]
    public async Task StartAsync_Warm_TakesNoTime(CancellationToken cancellationToken)
    {
        await (await StartAsync(EchoAsync, cancellationToken)).DisposeAsync();

        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
            await (await StartAsync(EchoAsync, cancellationToken)).DisposeAsync();

        (watch.Elapsed / 20).ShouldBeLessThan(TimeSpan.FromMilliseconds(50));
    }

    [Test]
    public async Task Handler_ThrowsSomethingElse_IsReportedAndAnsweredAsUnknown(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(_ => throw new InvalidOperationException("a mistake"), cancellationToken);
        Exception? seen = null;
        server.Faulted += e => seen = e;
        using var channel = new GrpcChannel(server.Address);

        var e = await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        (e.StatusCode, e.Detail).ShouldBe((GrpcStatus.Unknown, "a mistake"));
        server.Faults.ShouldHaveSingleItem().ShouldBeSameAs(seen);
        seen.ShouldBeOfType<InvalidOperationException>();
    }

    [Test]
    public async Task Handler_CancelledByItself_IsReported(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(_ => throw new OperationCanceledException(), cancellationToken);
        using var channel = new GrpcChannel(server.Address);

        await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/a.B/c", default, null, cancellationToken));

        server.Faults.ShouldHaveSingleItem().ShouldBeOfType<OperationCanceledException>();
    }

    [Test]
    public async Task Handler_StopsWaitingForTheClient_ClientStillGetsItsStatus(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(async call =>
        {
            using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            await Should.ThrowAsync<OperationCanceledException>(async () => await call.ReadAsync(enough.Token));
            throw new GrpcException(GrpcStatus.NotFound, "nothing came");
        }, cancellationToken);
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.StartCall("/a.B/c", null, cancellationToken);

        var e = await Should.ThrowAsync<GrpcException>(async () => await call.ReadAsync());

        (e.StatusCode, e.Detail).ShouldBe((GrpcStatus.NotFound, "nothing came"));
    }

    private static Task<GrpcServer> StartAsync(Func<GrpcServerCall, Task> handler, CancellationToken cancellationToken)
        => GrpcServer.StartAsync(new GrpcServerOptions(), handler, cancellationToken);

    private static async Task EchoAsync(GrpcServerCall call)
    {
        while (await call.ReadAsync() is { } message)
            await call.WriteAsync(message);
    }
}
