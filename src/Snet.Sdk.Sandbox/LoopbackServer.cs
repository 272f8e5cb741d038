using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Snet.Sdk.Sandbox;

/// <summary>An HTTP server on a free port of the loopback address: Kestrel alone, without the host around it, so that it starts in milliseconds.</summary>
internal sealed class LoopbackServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly RequestDelegate _handler;

    private LoopbackServer(HttpProtocols protocols, RequestDelegate handler)
    {
        _handler = handler;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null; // each handler has its own rule
        options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>What every request passes first: it may answer, delay, cut, or hand on to the delegate. Null lets all through.</summary>
    public Func<HttpContext, RequestDelegate, Task>? Gate { get; set; }

    /// <summary>Starts to listen.</summary>
    /// <param name="protocols">The HTTP versions that it speaks.</param>
    /// <param name="handler">Answers each request.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<LoopbackServer> StartAsync(HttpProtocols protocols, RequestDelegate handler, CancellationToken cancellationToken)
    {
        var server = new LoopbackServer(protocols, handler);
        await server._server.StartAsync(server, cancellationToken).ConfigureAwait(false);
        server.Endpoint = new Uri(server._server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context) =>
        Gate is { } gate ? gate(context, _handler) : _handler(context);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
        // A context of this kind owns nothing.
    }

    /// <summary>Frees the port at once; calls that still run are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
    }
}
