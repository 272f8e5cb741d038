using Google.Protobuf;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Knows the daemon's own unary methods by path; everything else is a paid stream (protocol d: a wrong name gives no
/// UNIMPLEMENTED).</summary>
internal sealed class DaemonRouter(TimeProvider time)
{
    private readonly Dictionary<string, Func<GrpcServerCall, Task>> _methods = new(StringComparer.Ordinal);

    /// <summary>Adds a unary method that costs nothing.</summary>
    public void Add<TRequest>(string path, Func<TRequest, CancellationToken, Task<IMessage>> handler)
        where TRequest : IMessage<TRequest>, new() =>
        AddCall<TRequest>(path, (_, request, cancellationToken) => handler(request, cancellationToken));

    /// <summary>Adds a unary method whose handler looks at the headers as well.</summary>
    public void AddCall<TRequest>(string path, Func<GrpcMetadata, TRequest, CancellationToken, Task<IMessage>> handler)
        where TRequest : IMessage<TRequest>, new() =>
        _methods.Add(path, call => AnswerAsync(call, handler));

    /// <summary>Finds the handler of a unary method; null when the path is none.</summary>
    public Func<GrpcServerCall, Task>? Find(string path) => _methods.GetValueOrDefault(path);

    private async Task AnswerAsync<TRequest>(GrpcServerCall call, Func<GrpcMetadata, TRequest, CancellationToken, Task<IMessage>> handler)
        where TRequest : IMessage<TRequest>, new()
    {
        var bytes = await call.ReadAsync().ConfigureAwait(false) ?? throw DaemonRefusals.Plain("EOF");
        var request = new TRequest();
        try
        {
            request.MergeFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.Internal, $"grpc: error unmarshalling request: {e.Message}");
        }

        using var deadline = new CallDeadline(call, null, time);
        var answer = await deadline.RunAsync(token => handler(call.RequestHeaders, request, token)).ConfigureAwait(false);
        await call.WriteAsync(answer.ToByteArray()).ConfigureAwait(false);
    }
}
