using System.Net;
using System.Net.Sockets;

namespace Snet.Sdk.Tests.Guides;

/// <summary>Passes connections on to a server, and can go away and come back under the same address as a restarted server does.</summary>
internal sealed class TcpProxy : IDisposable
{
    private readonly Uri _target;
    private readonly List<TcpClient> _connections = [];
    private TcpListener _listener;

    public TcpProxy(Uri target)
    {
        _target = target;
        _listener = Listen(0);
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
    }

    public Uri Endpoint { get; }

    public void Stop()
    {
        _listener.Stop();
        lock (_connections)
        {
            foreach (var connection in _connections)
                connection.Dispose();
            _connections.Clear();
        }
    }

    public void Start() => _listener = Listen(Endpoint.Port);

    public void Dispose() => Stop();

    private TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        _ = AcceptAsync(listener);
        return listener;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = PassOnAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return; // stopped
        }
    }

    private async Task PassOnAsync(TcpClient client)
    {
        var server = new TcpClient();
        lock (_connections)
            _connections.AddRange([client, server]);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target.Port);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return; // one of the two has gone
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
