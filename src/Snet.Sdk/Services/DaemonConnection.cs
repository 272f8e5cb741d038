using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Snet.Grpc;

namespace Snet.Sdk.Services;

/// <summary>The daemons of one service group: the endpoint that answers is used, the next when it fails.</summary>
internal sealed class DaemonConnection : IDisposable
{
    private readonly string _service;
    private readonly IReadOnlyList<Uri> _endpoints;
    private readonly GrpcChannel[] _channels;
    private readonly SnetClientOptions _options;
    private readonly HttpClient _http;
    private readonly ILogger _logger;
    private int _current;

    public DaemonConnection(string service, IReadOnlyList<Uri> endpoints, SnetClientOptions options, HttpMessageHandler? handler, HttpClient http, ILogger logger)
    {
        (_service, _endpoints, _options, _http, _logger) = (service, endpoints, options, http, logger);
        var channelOptions = new GrpcChannelOptions { UserAgent = SnetClient.UserAgent, TimeProvider = options.TimeProvider };
        _channels = [.. endpoints.Select(endpoint => new GrpcChannel(endpoint, handler, channelOptions))];
    }

    public IReadOnlyList<Uri> Endpoints => _endpoints;

    /// <summary>Asks something that changes nothing: each attempt has its time limit, another endpoint is tried, the whole is repeated.</summary>
    /// <exception cref="GrpcException">The daemon's refusal.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answered.</exception>
    public async Task<TResponse> ReadAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>
    {
        var bytes = request.ToByteArray();
        for (var attempt = 0; ; attempt++)
        {
            var index = Volatile.Read(ref _current) % _channels.Length;
            try
            {
                var options = new GrpcCallOptions { Timeout = _options.AttemptTimeout };
                var response = await _channels[index].UnaryAsync(path, bytes, options, cancellationToken).ConfigureAwait(false);
                return Parse(parser, response);
            }
            catch (GrpcException e) when (e.IsTransport && attempt < _options.MaxRetries)
            {
                MoveOn(index, e);
            }
            catch (GrpcException e) when (e.IsTransport)
            {
                throw Unavailable(e);
            }

            if ((attempt + 1) % _channels.Length == 0)
                await PauseAsync(attempt / _channels.Length, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a call once: another endpoint is tried only while nothing has left this process. Repeating it is the caller's decision.</summary>
    /// <exception cref="GrpcException">It failed.</exception>
    public async Task<GrpcResponse> SendAsync(
        string path, ReadOnlyMemory<byte> request, GrpcMetadata? headers, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            var index = Volatile.Read(ref _current) % _channels.Length;
            try
            {
                var options = new GrpcCallOptions { Headers = headers, Timeout = timeout };
                return await _channels[index].UnaryAsync(path, request, options, cancellationToken).ConfigureAwait(false);
            }
            catch (GrpcException e) when (IsNotSent(e))
            {
                MoveOn(index, e);
                if (tried >= _channels.Length)
                    throw;
            }
        }
    }

    /// <summary>Makes sure, as far as the daemon can tell, that it reaches its service: a paid call whose price the service names itself ends a daemon 6.2 that does not (protocol e.7).</summary>
    /// <exception cref="ServiceUnavailableException">It does not, or no endpoint answered.</exception>
    public async Task EnsureServiceIsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync("/grpc.health.v1.Health/Check", new Empty(), Empty.Parser, cancellationToken).ConfigureAwait(false);
        }
        catch (GrpcException e) when (e.Detail.Contains("heartbeat", StringComparison.Ordinal))
        {
            throw Unavailable(e);
        }
        catch (GrpcException)
        {
            // Something on the way does not let the question through; nothing is known then.
        }
    }

    /// <summary>Begins a stream.</summary>
    public GrpcCall StartCall(string path, GrpcMetadata? headers, CancellationToken cancellationToken) =>
        _channels[Volatile.Read(ref _current) % _channels.Length].StartCall(path, new GrpcCallOptions { Headers = headers }, cancellationToken);

    /// <summary>Asks the daemon which version it is (protocol d.5), such as <c>v6.2.3</c>.</summary>
    /// <exception cref="ServiceUnavailableException">No endpoint answered.</exception>
    public async Task<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        var index = Volatile.Read(ref _current) % _channels.Length;
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_endpoints[index], "/heartbeat"));
            using var response = await _http.SendAsync(request, linked.Token).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            using var stream = await response.Content.ReadAsStreamAsync(linked.Token).ConfigureAwait(false);
            using var json = await JsonDocument.ParseAsync(stream, cancellationToken: linked.Token).ConfigureAwait(false);
            return Discovery.MetadataJson.Text(json.RootElement, "daemonVersion");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ServiceUnavailableException(_service, _endpoints, $"its heartbeat cannot be read ({e.Message})", e);
        }
    }

    /// <summary>Reads an answer. One that makes no sense is like one that was lost: what the daemon did for it is not known.</summary>
    /// <exception cref="GrpcException">It is no such message.</exception>
    public static T Parse<T>(MessageParser<T> parser, GrpcResponse response)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(response.Message.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.Internal, "the answer cannot be read", innerException: e) { IsTransport = true };
        }
    }

    /// <summary>Whether a call failed before anything of it left this process.</summary>
    public static bool IsNotSent(GrpcException e) =>
        e.IsTransport && e.InnerException is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };

    public ServiceUnavailableException Unavailable(GrpcException e) => new(_service, _endpoints, e.Detail, e);

    public void Dispose()
    {
        foreach (var channel in _channels)
            channel.Dispose();
    }

    private void MoveOn(int index, GrpcException e)
    {
        Interlocked.CompareExchange(ref _current, (index + 1) % _channels.Length, index);
        _logger.EndpointFailed(_endpoints[index], e.Detail);
    }

    private Task PauseAsync(int round, CancellationToken cancellationToken)
    {
        var full = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(round, 6)));
        return Task.Delay(full * (RandomNumberGenerator.GetInt32(50, 101) / 100.0), _options.TimeProvider, cancellationToken);
    }
}
