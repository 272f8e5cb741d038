using System.Text;
using Microsoft.AspNetCore.Http;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>Our server, seen by our client over loopback.</summary>
[CancelAfter(20_000)]
internal sealed class GrpcServerTests
{
    [Test]
    public async Task UnaryAsync_Echo_MessageHeadersAndTrailersCome(CancellationToken cancellationToken)
    {
        await using var server = await GrpcServer.StartAsync(new GrpcServerOptions(), async call =>
        {
            var message = await call.ReadAsync();
            await call.WriteHeadersAsync(new GrpcMetadata { { "x-method", call.Method } });
            call.ResponseTrailers.Add("x-bin", call.RequestHeaders.GetBytes("x-bin"));
            await call.WriteAsync(message!.Value);
        }, cancellationToken);
        using var channel = new GrpcChannel(server.Address);

        var response = await channel.UnaryAsync(
            "/a.B/c", Encoding.UTF8.GetBytes("hello"), new GrpcCallOptions { Headers = new GrpcMetadata { { "x-bin", [1, 2, 3, 4] } } }, cancellationToken);

        Encoding.UTF8.GetString(response.Message.Span).ShouldBe("hello");
        response.Headers.GetString("x-method").ShouldBe("/a.B/c");
        response.Trailers.GetBytes("x-bin").ShouldBe([1, 2, 3, 4]);
        server.Faults.ShouldBeEmpty();
    }

    [Test]
    public async Task OnHttp1_GetOnTheSamePort_IsAnswered(CancellationToken cancellationToken)
    {
        await using var server = await GrpcServer.StartAsync(
            new GrpcServerOptions { OnHttp1 = context => context.Response.WriteAsync(context.Request.Path) }, _ => Task.CompletedTask, cancellationToken);
        using var client = new HttpClient();

        (await client.GetStringAsync(new Uri(server.Address, "/heartbeat"), cancellationToken)).ShouldBe("/heartbeat");
    }
}
