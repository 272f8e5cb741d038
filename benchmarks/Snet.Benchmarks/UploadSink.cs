using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Benchmarks;

/// <summary>A server in a process of its own that takes uploads as fast as they come, counts their bytes, and answers that it validates.</summary>
internal sealed class UploadSink(Process process, Uri address) : IDisposable
{
    private static readonly byte[] Validating = [0, 0, 0, 0, 2, 0x08, 0x01]; // a gRPC message: status = VALIDATING

    public Uri Address => address;

    public static async Task<UploadSink> StartAsync()
    {
        var (process, line) = await ChildProcess.StartAsync("upload-sink");
        return new UploadSink(process, new Uri(line));
    }

    /// <summary>Takes uploads until the input ends.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var kestrel = new KestrelContainer(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
            options.Limits.Http2.InitialStreamWindowSize = 2 * 1024 * 1024;
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        await kestrel.Server.StartAsync(new Application(), CancellationToken.None);
        Console.WriteLine(kestrel.Server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public void Dispose() => ChildProcess.Stop(process);

    private sealed class Application : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            var taken = 0L;
            for (var body = context.Request.BodyReader; ;)
            {
                var read = await body.ReadAsync();
                taken += read.Buffer.Length;
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }

            context.Response.ContentType = "application/grpc";
            context.Response.Headers["x-taken"] = taken.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await context.Response.Body.WriteAsync(Validating);
            context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = "0";
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
