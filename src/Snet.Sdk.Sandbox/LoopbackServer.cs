using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox;

/// <summary>A plain HTTP/1.1 server on a free port of the loopback address.</summary>
internal sealed class LoopbackServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly RequestDelegate _handler;
    private readonly KestrelContainer _kestrel = new(options =>
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = null;
        options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
    });

    private LoopbackServer(RequestDelegate handler) => _handler = handler;

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>What every request passes first: it may answer, delay, cut, or hand on to the delegate. Null lets all through.</summary>
    public Func<HttpContext, RequestDelegate, Task>? Gate { get; set; }

    /// <summary>Starts to listen.</summary>
    /// <param name="handler">Answers each request.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<LoopbackServer> StartAsync(RequestDelegate handler, CancellationToken cancellationToken)
    {
        var server = new LoopbackServer(handler);
        try
        {
            await server._kestrel.Server.StartAsync(server, cancellationToken).ConfigureAwait(false);
            server.Endpoint = new Uri(server._kestrel.Server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context) =>
        Gate is { } gate ? gate(context, _handler) : _handler(context);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
        // A context of this kind owns nothing.
    }

    /// <summary>Frees the port at once; calls that still run are cut.</summary>
    public ValueTask DisposeAsync() => _kestrel.DisposeAsync();
}
