using System.Collections.Concurrent;

namespace Snet.Sdk.Tests.Support;

/// <summary>Counts the requests that pass, by path.</summary>
internal sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
{
    private readonly ConcurrentQueue<string> _paths = new();

    public IReadOnlyList<string> Paths => [.. _paths];

    public int Count => _paths.Count;

    public void Clear() => _paths.Clear();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _paths.Enqueue(request.RequestUri!.AbsolutePath);
        return base.SendAsync(request, cancellationToken);
    }
}
