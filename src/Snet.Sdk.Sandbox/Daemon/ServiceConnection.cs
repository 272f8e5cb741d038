using Google.Protobuf;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The daemon's connection to its service, and what the daemon's own gRPC library says when the service is not there.</summary>
internal sealed class ServiceConnection(Uri endpoint, int maxMessageSize) : IDisposable
{
    private readonly GrpcChannel _channel = new(
        endpoint, null, new GrpcChannelOptions { MaxReceiveMessageSize = maxMessageSize, UserAgent = null });

    /// <summary>Whether a call failed because nobody listens at the service's address.</summary>
    public static bool IsUnreachable(GrpcException e) =>
        e.InnerException is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
        };

    /// <summary>Whether a call ended without a word of the service. (A message above the limit is refused here, and is no such
    /// end.)</summary>
    public static bool IsLost(GrpcException e) => e is { IsTransport: true, InnerException: not GrpcException };

    /// <summary>The reason why the service cannot be reached.</summary>
    public string DialError =>
        "connection error: desc = "
        + $"\"transport: Error while dialing: dial tcp {endpoint.Host}:{endpoint.Port}: connect: connection refused\"";

    /// <summary>Starts a call of any shape.</summary>
    public GrpcCall Start(string method, GrpcMetadata? headers, CancellationToken cancellationToken) =>
        _channel.StartCall(method, new GrpcCallOptions { Headers = headers }, cancellationToken);

    /// <summary>Calls a unary method.</summary>
    /// <exception cref="GrpcException">It failed; see <see cref="Describe"/>.</exception>
    public async Task<T> CallAsync<T>(string method, IMessage request, CancellationToken cancellationToken, GrpcMetadata? headers = null)
        where T : IMessage<T>, new()
    {
        var options = new GrpcCallOptions { Headers = headers };
        var answer = await _channel.UnaryAsync(method, request.ToByteArray(), options, cancellationToken).ConfigureAwait(false);
        var message = new T();
        message.MergeFrom(answer.Message.Span);
        return message;
    }

    /// <summary>Describes a failure as the daemon's library prints it: <c>rpc error: code = NotFound desc = …</c>.</summary>
    public string Describe(GrpcException e) => IsUnreachable(e)
        ? $"rpc error: code = Unavailable desc = {DialError}"
        : $"rpc error: code = {GoText.Code(e.StatusCode)} desc = {(IsLost(e) ? "error reading from server: EOF" : e.Detail)}";

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
