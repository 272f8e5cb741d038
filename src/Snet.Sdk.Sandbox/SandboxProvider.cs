using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Snet.Sdk.Sandbox;

/// <summary>The provider behind the daemon: the sample service and its training.</summary>
public sealed class SandboxProvider : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private SandboxProvider(LoopbackServer server) => _server = server;

    /// <summary>Where the daemon reaches it.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>Starts it.</summary>
    internal static async Task<SandboxProvider> StartAsync(SandboxOptions options, CancellationToken cancellationToken) =>
        new(await LoopbackServer.StartAsync(HttpProtocols.Http2, AnswerAsync, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
