using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>A gRPC server on a loopback port that hands every call to one handler, as bytes. Plain HTTP/1.1 is answered on the same port.</summary>
internal sealed class GrpcServer : IAsyncDisposable
{
    private readonly KestrelContainer _kestrel;
    private readonly PrefaceListenerFactory _listeners;
    private readonly ConcurrentQueue<Exception> _faults = new();
    private bool _disposed;

    private GrpcServer(KestrelContainer kestrel, PrefaceListenerFactory listeners) => (_kestrel, _listeners) = (kestrel, listeners);

    /// <summary>Raised when a handler throws anything but a <see cref="GrpcException"/>, or a cancellation after its call was aborted: a mistake that must be seen.
    /// What <see cref="GrpcServerOptions.OnHttp1"/> throws counts too.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>All faults so far.</summary>
    public IReadOnlyCollection<Exception> Faults => _faults;

    /// <summary>Where the server listens: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Address => new($"http://{_listeners.LocalEndPoint}");

    /// <summary>Starts a server.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="handler">Handles each call; it runs for many calls at once.</param>
    /// <param name="cancellationToken">Ends the starting.</param>
    public static async Task<GrpcServer> StartAsync(GrpcServerOptions options, Func<GrpcServerCall, Task> handler, CancellationToken cancellationToken)
    {
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var listeners = new PrefaceListenerFactory(transport, new IPEndPoint(IPAddress.Loopback, options.Port));
        var kestrel = new KestrelContainer(kestrelOptions =>
        {
            kestrelOptions.AddServerHeader = false;
            SetLimits(kestrelOptions.Limits);
            kestrelOptions.Listen(PrefaceListenerFactory.Http1, listen => listen.Protocols = HttpProtocols.Http1);
            kestrelOptions.Listen(PrefaceListenerFactory.Http2, listen => listen.Protocols = HttpProtocols.Http2);
        }, listeners);

        var server = new GrpcServer(kestrel, listeners);
        try
        {
            await listeners.ListenAsync(cancellationToken).ConfigureAwait(false);
            await server._kestrel.Server.StartAsync(new Application(server, options, handler), cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Cuts all connections and takes no new ones, until <see cref="ListenAgain"/>.</summary>
    public void StopListening() => _listeners.StopListening();

    /// <summary>Takes connections again, on the same port.</summary>
    public void ListenAgain() => _listeners.ListenAgain();

    /// <summary>Stops at once: running calls are aborted. A second time does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await _listeners.StopAcceptingAsync().ConfigureAwait(false);
        await _kestrel.DisposeAsync().ConfigureAwait(false);
        await _listeners.DisposeAsync().ConfigureAwait(false);
    }

    private static void SetLimits(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestHeaderCount = 10_000;
        limits.MaxRequestBufferSize = limits.MaxRequestHeadersTotalSize = 16 * 1024 * 1024; // metadata as large as grpc-go takes it
        limits.Http2.MaxRequestHeaderFieldSize = 16 * 1024 * 1024;
        limits.Http2.MaxStreamsPerConnection = 100_000; // grpc-go sets no limit
        limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 2 * 1024 * 1024;
    }

    private void Report(Exception fault)
    {
        _faults.Enqueue(fault);
        Faulted?.Invoke(fault);
    }

    private sealed class Application(GrpcServer server, GrpcServerOptions options, Func<GrpcServerCall, Task> handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(HttpContext context)
        {
            try
            {
                if (context.Request.Protocol == HttpProtocol.Http2)
                    await AnswerAsync(context).ConfigureAwait(false);
                else if (options.OnHttp1 is { } onHttp1)
                    await onHttp1(context).ConfigureAwait(false);
                else
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
            catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
            {
                server.Report(e);
                throw; // Kestrel answers with 500
            }
        }

        private async Task AnswerAsync(HttpContext context)
        {
            if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
            {
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return;
            }

            context.Response.ContentType = "application/grpc";
            var call = new GrpcServerCall(context, options.MaxReceiveMessageSize);
            var (status, detail, trailers) = await RunAsync(call).ConfigureAwait(false);
            if (!call.IsAborted)
                await call.EndAsync(status, detail, trailers).ConfigureAwait(false);
        }

        private async Task<(int Status, string Detail, GrpcMetadata? Trailers)> RunAsync(GrpcServerCall call)
        {
            try
            {
                if (call.HeaderProblem is { } problem)
                    throw problem;
                await handler(call).ConfigureAwait(false);
                return (GrpcStatus.Ok, "", null);
            }
            catch (GrpcException e)
            {
                return (e.StatusCode, e.Detail, e.Trailers);
            }
            catch (OperationCanceledException) when (call.IsAborted)
            {
                return (GrpcStatus.Cancelled, "", null); // nobody is there to read it
            }
            catch (Exception e)
            {
                server.Report(e);
                return (GrpcStatus.Unknown, e.Message, null);
            }
        }
    }
}
