using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>Lets one port speak HTTP/1.1 and clear-text HTTP/2: looks at the first bytes of each connection and hands it to one of Kestrel's two pipelines.</summary>
/// <remarks>Kestrel itself tells the two apart by TLS only. An HTTP/2 client begins with <c>PRI * HTTP/2.0</c> (RFC 9113, 3.4), which no HTTP/1.1 request does.</remarks>
/// <param name="transport">Listens on the real port.</param>
/// <param name="address">The real port.</param>
internal sealed class PrefaceListenerFactory(IConnectionListenerFactory transport, IPEndPoint address) : IConnectionListenerFactory, IAsyncDisposable
{
    /// <summary>Names the pipeline for HTTP/1.1.</summary>
    public static readonly EndPoint Http1 = new DnsEndPoint("http1", 1);

    /// <summary>Names the pipeline for HTTP/2.</summary>
    public static readonly EndPoint Http2 = new DnsEndPoint("http2", 2);

    private readonly QueueListener _http1 = new(Http1);
    private readonly QueueListener _http2 = new(Http2);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<ConnectionContext, bool> _open = new();
    private IConnectionListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>The port that is really listened on.</summary>
    public EndPoint LocalEndPoint => _listener?.EndPoint ?? address;

    /// <summary>Opens the real port; before Kestrel asks for its pipelines.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        _listener = await transport.BindAsync(address, cancellationToken).ConfigureAwait(false);
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Closes the real port and cuts every connection; calls on them see that their client is gone.</summary>
    public void StopListening()
    {
        _listener?.UnbindAsync().AsTask().GetAwaiter().GetResult(); // sockets close without waiting
        foreach (var connection in _open.Keys)
            connection.Abort(new ConnectionAbortedException("The server was stopped."));
    }

    /// <summary>Opens the same port again.</summary>
    public void ListenAgain()
    {
        _listener = transport.BindAsync(LocalEndPoint).AsTask().GetAwaiter().GetResult();
        _accepting = AcceptAsync(_listener);
    }

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        => ValueTask.FromResult<IConnectionListener>(endpoint == Http1 ? _http1 : _http2);

    /// <summary>Closes the real port, and the connections that have not yet said what they speak.</summary>
    public async Task StopAcceptingAsync()
    {
        if (_listener is not null)
            await _listener.UnbindAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Frees what the transport holds; after Kestrel has closed its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(IConnectionListener listener)
    {
        while (await listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false) is { } connection)
        {
            _open[connection] = true;
            connection.ConnectionClosed.Register(() => _open.TryRemove(connection, out _));
            _ = HandOverAsync(connection);
        }
    }

    private async Task HandOverAsync(ConnectionContext connection)
    {
        try
        {
            var queue = await BeginsWithPrefaceAsync(connection).ConfigureAwait(false) ? _http2 : _http1;
            if (queue.TryAdd(connection))
                return;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            // The client left, or the server stops, before a request came: there is nobody to tell.
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync(_stopping.Token).ConfigureAwait(false);
            var decision = Compare(result.Buffer);
            // Nothing is consumed. Once decided, nothing counts as seen either, so that the pipeline reads these bytes at once.
            input.AdvanceTo(result.Buffer.Start, decision is null && !result.IsCompleted ? result.Buffer.End : result.Buffer.Start);
            if (decision is not null || result.IsCompleted)
                return decision ?? false;
        }
    }

    private static bool? Compare(ReadOnlySequence<byte> buffer)
    {
        var preface = "PRI "u8;
        var length = (int)Math.Min(buffer.Length, preface.Length);
        Span<byte> start = stackalloc byte[4];
        buffer.Slice(0, length).CopyTo(start);
        if (!start[..length].SequenceEqual(preface[..length]))
            return false;
        return length == preface.Length ? true : null;
    }
}
