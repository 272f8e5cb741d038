using Google.Protobuf;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>The methods of the provider's services, by path.</summary>
internal sealed class ProviderMethods
{
    private readonly Dictionary<string, Func<GrpcServerCall, Task>> _methods = new(StringComparer.Ordinal);

    /// <summary>Adds a method that takes one message and gives one at once.</summary>
    public void AddUnary<TRequest>(string path, Func<TRequest, IMessage> handler)
        where TRequest : class, IMessage<TRequest>, new() =>
        AddUnary<TRequest>(path, (_, request) => Task.FromResult(handler(request)));

    /// <summary>Adds a method that takes one message and gives one.</summary>
    public void AddUnary<TRequest>(string path, Func<GrpcServerCall, TRequest, Task<IMessage>> handler)
        where TRequest : class, IMessage<TRequest>, new() =>
        _methods.Add(path, async call =>
        {
            var request = await ReadAsync<TRequest>(call).ConfigureAwait(false)
                ?? throw new GrpcException(GrpcStatus.Internal, "The request has no message.");
            // A unary method waits for the end of the request, as most servers do.
            if (await call.ReadAsync().ConfigureAwait(false) is not null)
                throw new GrpcException(GrpcStatus.Internal, "The request has more than one message.");
            await call.WriteAsync((await handler(call, request).ConfigureAwait(false)).ToByteArray()).ConfigureAwait(false);
        });

    /// <summary>Adds a method of another shape, which reads and writes by itself.</summary>
    public void Add(string path, Func<GrpcServerCall, Task> handler) => _methods.Add(path, handler);

    /// <summary>Answers a call.</summary>
    public Task AnswerAsync(GrpcServerCall call) => _methods.TryGetValue(call.Method, out var method)
        ? method(call)
        : throw new GrpcException(GrpcStatus.Unimplemented, $"The server does not implement the method {call.Method}");

    /// <summary>Reads the next message, or null at the end.</summary>
    public static async Task<T?> ReadAsync<T>(GrpcServerCall call)
        where T : class, IMessage<T>, new()
    {
        if (await call.ReadAsync().ConfigureAwait(false) is not { } bytes)
            return null;
        var message = new T();
        try
        {
            message.MergeFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.Internal, $"The request cannot be read: {e.Message}");
        }

        return message;
    }
}
