using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Benchmarks;

/// <summary>A server in a process of its own that answers every gRPC call with the same message, and looks at nothing.</summary>
internal static class AnswerServer
{
    private static readonly byte[] Four = [0, 0, 0, 0, 5, 0x0d, 0, 0, 0x80, 0x40]; // a gRPC message: value = 4

    /// <summary>Answers until the input ends.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var kestrel = new KestrelContainer(options =>
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await kestrel.Server.StartAsync(new Application(), CancellationToken.None);
        Console.WriteLine(kestrel.Server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private sealed class Application : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.WriteAsync(Four);
            context.Response.AppendTrailer("grpc-status", "0");
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
