using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Hosting;

/// <summary>One call as the server's handler sees it. The handler ends it with OK by returning, with another status by throwing a <see cref="GrpcException"/>.</summary>
internal sealed class GrpcServerCall
{
    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    private readonly HttpContext _context;
    private readonly GrpcMessageReader _reader;
    private volatile bool _clientGone;

    internal GrpcServerCall(HttpContext context, int maxReceiveMessageSize)
    {
        _context = context;
        RequestHeaders = new GrpcMetadata();
        foreach (var (name, values) in context.Request.Headers)
        {
            foreach (var value in values)
                AddHeader(name.ToLowerInvariant(), value ?? "");
        }

        Timeout = GrpcText.DecodeTimeout(context.Request.Headers["grpc-timeout"]);
        _reader = new GrpcMessageReader(context.Request.Body, maxReceiveMessageSize, context.Request.Headers["grpc-encoding"]);
    }

    /// <summary>The path of the method: <c>/service.Calculator/add</c>.</summary>
    public string Method => _context.Request.Path.Value ?? "";

    /// <summary>The client's metadata.</summary>
    public GrpcMetadata RequestHeaders { get; }

    /// <summary>The client's time limit, counted from the arrival of the call. Whoever owns the handler keeps it; the server does not.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>Cancelled when the client resets the call or its connection is lost.</summary>
    public CancellationToken Aborted => _context.RequestAborted;

    /// <summary>What is sent at the end of a call that ends with OK. A <see cref="GrpcException"/> brings its own trailers, which come after these.</summary>
    public GrpcMetadata ResponseTrailers { get; } = new();

    /// <summary>Reads the next message into an array of its own.</summary>
    /// <param name="cancellationToken">Ends the waiting; nothing more can be read then.</param>
    /// <returns>The message, or null when the client has ended its side.</returns>
    /// <exception cref="GrpcException">The message is too large (8) or malformed. Left alone, it becomes the call's status.</exception>
    /// <exception cref="OperationCanceledException">The client has reset the call, or its connection is lost.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            // A token of the handler's own replaces the call's: the handler links them.
            return await _reader.ReadAsync(cancellationToken.CanBeCanceled ? cancellationToken : Aborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw ClientGone(e); // not where the handler itself stopped waiting: then the client still waits for its status
        }
    }

    /// <summary>Sends the response headers; without it they go out with the first message.</summary>
    /// <exception cref="OperationCanceledException">The client has reset the call, or its connection is lost.</exception>
    public Task WriteHeadersAsync(GrpcMetadata headers)
    {
        Append(_context.Response.Headers, headers);
        return FlushAsync().AsTask();
    }

    /// <summary>Sends one message and waits until flow control has let it out.</summary>
    /// <exception cref="OperationCanceledException">The client has reset the call, or its connection is lost.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message)
    {
        if (OnWrite is { } change)
        {
            if (change(message) is not { } changed)
                return ValueTask.CompletedTask;
            message = changed;
        }

        var writer = _context.Response.BodyWriter;
        GrpcMessageWriter.WritePrefix(writer.GetSpan(GrpcMessageReader.PrefixSize), (uint)message.Length);
        writer.Advance(GrpcMessageReader.PrefixSize);
        for (var rest = message.Span; !rest.IsEmpty;)
        {
            var part = writer.GetSpan(1); // asked for a byte at least: to who asks for none, Kestrel may give none once the connection is cut
            var length = Math.Min(part.Length, rest.Length);
            rest[..length].CopyTo(part);
            writer.Advance(length);
            rest = rest[length..];
        }

        return FlushAsync();
    }

    /// <summary>Breaks the call off with RST_STREAM and without a status.</summary>
    /// <param name="errorCode">The HTTP/2 error code, such as 8 for CANCEL.</param>
    public void Reset(int errorCode) => _context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(errorCode);

    /// <summary>Cuts the client's whole connection, and with it every call on it.</summary>
    public void Abort()
    {
        _clientGone = true;
        _context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
    }

    /// <summary>What each message passes on its way out: it may be changed, or, with null, held back. Null lets all through.</summary>
    public Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?>? OnWrite { get; set; }

    /// <summary>True once the client has reset the call or its connection is lost. The token of <see cref="Aborted"/> may be cancelled a moment later.</summary>
    internal bool IsAborted => _clientGone || Aborted.IsCancellationRequested;

    /// <summary>What is wrong with the client's headers; null when nothing is. The server then answers for the handler.</summary>
    internal GrpcException? HeaderProblem { get; private set; }

    internal async Task EndAsync(int status, string detail, GrpcMetadata? trailers)
    {
        var response = _context.Response;
        // A status that comes before anything else goes out as headers alone, as grpc-go sends it.
        var target = response.HasStarted ? _context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : response.Headers;
        target["grpc-status"] = status.ToString(CultureInfo.InvariantCulture);
        if (status != GrpcStatus.Ok)
            target["grpc-message"] = GrpcText.EncodeMessage(detail);
        Append(target, ResponseTrailers);
        Append(target, trailers ?? []);
        await response.CompleteAsync().ConfigureAwait(false);
    }

    // grpc-go, whose words these are, takes no list of values and refuses the call before any handler sees it.
    private void AddHeader(string name, string value)
    {
        if (GrpcMetadataEntry.IsBinaryName(name) && (value.Contains(',', StringComparison.Ordinal) || !GrpcText.TryDecodeBytes(value, out _)))
        {
            var wrong = value.AsSpan().IndexOfAnyExcept(Base64);
            HeaderProblem ??= new GrpcException(
                GrpcStatus.Internal,
                $"malformed binary metadata \"{value}\" in header \"{name}\": illegal base64 data at input byte {(wrong < 0 ? value.Length : wrong)}");
        }

        GrpcHeaders.Add(RequestHeaders, name, value);
    }

    private async ValueTask FlushAsync()
    {
        var result = await _context.Response.BodyWriter.FlushAsync(Aborted).ConfigureAwait(false);
        if (result.IsCompleted) // Kestrel drops what is written to a call that is gone
            throw ClientGone(null);
    }

    private OperationCanceledException ClientGone(Exception? e)
    {
        _clientGone = true;
        return new OperationCanceledException("The client has reset the call, or its connection is lost.", e, Aborted);
    }

    private static void Append(IHeaderDictionary target, GrpcMetadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (!GrpcHeaders.IsReserved(entry.Name))
                target.Append(entry.Name, entry.ToWire());
        }
    }
}
