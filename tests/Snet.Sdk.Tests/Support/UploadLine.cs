using System.Net;
using System.Net.Sockets;

namespace Snet.Sdk.Tests.Support;

/// <summary>The line to a daemon, watched and cut as a test wants. Set it as <see cref="SnetClientOptions.DaemonHttpHandler"/>.</summary>
internal sealed class UploadLine : DelegatingHandler
{
    private readonly List<Socket> _sockets = [];
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="dataset">A dataset that is to see its upload begin; null for none.</param>
    public UploadLine(PacedDataset? dataset = null)
    {
        var sockets = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, ConnectCallback = ConnectAsync };
        InnerHandler = dataset ?? (HttpMessageHandler)sockets;
        dataset?.Use(sockets);
    }

    /// <summary>Is called before each request goes out.</summary>
    public Action<string> OnRequest { get; set; } = _ => { };

    /// <summary>Is called when the headers of an answer have come, and before anybody sees them.</summary>
    public Func<string, CancellationToken, Task> OnAnswer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Done when the last of an upload was handed over to the connection.</summary>
    public Task UploadIsSent => _sent.Task;

    /// <summary>Cuts all connections.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            foreach (var socket in _sockets)
                socket.Dispose();
            _sockets.Clear();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        OnRequest(path);
        if (path.EndsWith("/upload_and_validate", StringComparison.Ordinal))
            request.Content = new WatchedContent(request.Content!, _sent);
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            await OnAnswer(path, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        lock (_sockets)
            _sockets.Add(socket);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private sealed class WatchedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly TaskCompletionSource _sent;

        public WatchedContent(HttpContent inner, TaskCompletionSource sent)
        {
            (_inner, _sent) = (inner, sent);
            Headers.ContentType = inner.Headers.ContentType;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await _inner.CopyToAsync(stream, context, cancellationToken);
            _sent.TrySetResult();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
