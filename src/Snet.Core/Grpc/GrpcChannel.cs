using System.Net;

namespace Snet.Grpc;

/// <summary>A gRPC client for one address: bytes in, bytes out. Safe for threads; meant to live long, since it holds the connections.</summary>
/// <remarks><c>http</c> is HTTP/2 without TLS by prior knowledge, <c>https</c> is TLS with the system's certificates.</remarks>
internal sealed class GrpcChannel : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly GrpcChannelOptions _options;
    private readonly Uri _address;

    /// <param name="address">Scheme, host and port.</param>
    /// <param name="handler">Sends the requests; it stays the caller's. <c>null</c>: one of our own.</param>
    /// <param name="options">Settings; <c>null</c> for the defaults.</param>
    /// <exception cref="ArgumentException">The address is neither http nor https.</exception>
    public GrpcChannel(Uri address, HttpMessageHandler? handler = null, GrpcChannelOptions? options = null)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"'{address}' is no http or https address.", nameof(address));

        _address = address;
        _options = options ?? new GrpcChannelOptions();
        _invoker = handler is null
            ? new HttpMessageInvoker(CreateHandler(address), disposeHandler: true)
            : new HttpMessageInvoker(handler, disposeHandler: false);
    }

    /// <summary>Calls a method that takes one message and answers with one.</summary>
    /// <param name="method">The path: <c>/package.Service/method</c>.</param>
    /// <param name="request">The request message.</param>
    /// <param name="options">Headers and time limit.</param>
    /// <param name="cancellationToken">Resets the call; the peer may have done the work all the same.</param>
    /// <exception cref="GrpcException">The call ended with another status than OK.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<GrpcResponse> UnaryAsync(string method, ReadOnlyMemory<byte> request, GrpcCallOptions? options, CancellationToken cancellationToken)
    {
        var call = Start(method, new GrpcUnaryContent(request), options, cancellationToken);
        await using (call.ConfigureAwait(false))
        {
            return await call.ReadSingleAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Starts a call of any shape; messages are then written and read one by one.</summary>
    /// <param name="method">The path: <c>/package.Service/method</c>.</param>
    /// <param name="options">Headers and time limit.</param>
    /// <param name="cancellationToken">Resets the call for as long as it runs.</param>
    public GrpcCall StartCall(string method, GrpcCallOptions? options, CancellationToken cancellationToken)
        => Start(method, new GrpcStreamContent(), options, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private GrpcCall Start(string method, GrpcRequestContent content, GrpcCallOptions? options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        GrpcHeaders.Write(request, options, _options.UserAgent);
        var call = new GrpcCall(request, content, _options, options?.Timeout, cancellationToken);
        call.Send(_invoker);
        return call;
    }

    private static SocketsHttpHandler CreateHandler(Uri address) => new()
    {
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        UseCookies = false,
        // Clear-text HTTP/2 cannot pass an HTTP/1.1 proxy; https goes through it in a tunnel.
        UseProxy = address.Scheme == Uri.UriSchemeHttps,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        // Below the four minutes after which common load balancers forget a connection without a word.
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(3),
        // grpc-go, and so the daemon, closes connections whose client pings more often than every five minutes.
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingDelay = TimeSpan.FromSeconds(310),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        InitialHttp2StreamWindowSize = 1024 * 1024,
#pragma warning disable CA2262 // Meant as it stands, in KiB: grpc-go takes metadata of 16 MiB as well.
        MaxResponseHeadersLength = 16 * 1024,
#pragma warning restore CA2262
    };
}
