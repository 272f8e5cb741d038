using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>Gives Kestrel the connections that someone else has accepted.</summary>
/// <param name="endPoint">The name of the pipeline.</param>
internal sealed class QueueListener(EndPoint endPoint) : IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

    /// <inheritdoc/>
    public EndPoint EndPoint => endPoint;

    /// <summary>Hands over a connection.</summary>
    /// <returns>False when Kestrel takes no more.</returns>
    public bool TryAdd(ConnectionContext connection) => _connections.Writer.TryWrite(connection);

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_connections.Reader.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync();
}
