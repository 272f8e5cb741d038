using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Snet.Sdk.Sandbox;

/// <summary>Storage that answers the IPFS HTTP API: metadata and proto archives by content id.</summary>
public sealed class SandboxStorage : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly LoopbackServer _server;

    private SandboxStorage(LoopbackServer server) => _server = server;

    /// <summary>The base of the IPFS HTTP API.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>Keeps a file.</summary>
    /// <param name="content">Its bytes.</param>
    /// <returns>Its content id, version 0 (<c>Qm…</c>).</returns>
    public string Add(ReadOnlySpan<byte> content)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(content));
        _files[id] = content.ToArray();
        return id;
    }

    internal static async Task<SandboxStorage> StartAsync(SandboxOptions options, CancellationToken cancellationToken) =>
        new(await LoopbackServer.StartAsync(HttpProtocols.Http1, context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
