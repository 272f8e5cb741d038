namespace Snet.Sdk.Services;

/// <summary>The connection to a service's daemons; a new one when the metadata names other endpoints.</summary>
internal sealed class ServiceConnections(SnetClient client, string service) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<DaemonConnection> _old = [];
    private DaemonConnection? _current;

    public DaemonConnection Get(IReadOnlyList<Uri> endpoints)
    {
        lock (_lock)
        {
            if (_current is not null && _current.Endpoints.SequenceEqual(endpoints))
                return _current;
            if (_current is not null)
                _old.Add(_current); // calls may still be running on it
            return _current = new DaemonConnection(
                service, endpoints, client.Options, client.Options.DaemonHttpHandler ?? client.Options.HttpHandler, client.DaemonHttp, client.Logger);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var connection in _old)
                connection.Dispose();
            _current?.Dispose();
        }
    }
}
