using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Snet.Sdk.Sandbox.Daemon;

namespace Snet.Sdk.Sandbox;

/// <summary>The platform's daemon: it takes calls for the service, checks their payment, and hands them to the provider.</summary>
public sealed class SandboxDaemon : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private SandboxDaemon(LoopbackServer server) => _server = server;

    /// <summary>Where it listens; the service's metadata names it.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>Takes a port. The metadata must name it before <see cref="InitializeAsync"/> reads it back.</summary>
    internal static async Task<SandboxDaemon> ListenAsync(CancellationToken cancellationToken) =>
        new(await LoopbackServer.StartAsync(HttpProtocols.Http1, AnswerAsync, cancellationToken).ConfigureAwait(false));

    /// <summary>Reads the service's registration and metadata, as the real daemon does when it starts.</summary>
    internal Task InitializeAsync(DaemonSettings settings, CancellationToken cancellationToken)
    {
        Settings = settings;
        return Task.CompletedTask;
    }

    /// <summary>What it was told; null until it is initialized.</summary>
    internal DaemonSettings? Settings { get; private set; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // Protocol d.5: only the first segment of the path counts.
    private static Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/encoding", StringComparison.Ordinal))
            return context.Response.WriteAsync("proto\n", context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
