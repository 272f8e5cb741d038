using System.Net.Sockets;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Finds out whether the service can be reached, as the daemon does when it is asked for its health (protocol d.5).</summary>
internal sealed class ServiceProbe(DaemonParts parts)
{
    /// <summary>Tries to connect.</summary>
    public async Task<bool> IsReachableAsync(CancellationToken cancellationToken)
    {
        var service = parts.Configuration.ServiceEndpoint;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(service.Host, service.Port, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
