using System.Buffers.Binary;

namespace Snet.Grpc;

/// <summary>Reads the length-prefixed messages of one direction of a call: a flag byte, four bytes of length (big-endian), the message.</summary>
/// <param name="stream">The body of the HTTP/2 request or response. It buffers by itself, so no second buffer stands here.</param>
/// <param name="maxMessageSize">The largest message taken, in bytes.</param>
/// <param name="encoding">The peer's <c>grpc-encoding</c>, if it sent one. None is supported: we never offer any.</param>
internal sealed class GrpcMessageReader(Stream stream, int maxMessageSize, string? encoding)
{
    internal const int PrefixSize = 5;

    private readonly byte[] _prefix = new byte[PrefixSize];

    /// <summary>Reads the next message into an array of its own.</summary>
    /// <returns>The message, or null at the end of the stream.</returns>
    /// <exception cref="GrpcException">The message is too large (8), compressed (12, 13) or cut off (13). These wordings are those of grpc-go, which the daemon is built on.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(_prefix, PrefixSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0)
            return null;
        if (read < PrefixSize)
            throw CutOff();

        var length = CheckPrefix();
        if (length == 0)
            return ReadOnlyMemory<byte>.Empty;

        var message = GC.AllocateUninitializedArray<byte>(length);
        read = await stream.ReadAtLeastAsync(message, length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read == length ? message : throw CutOff();
    }

    private int CheckPrefix()
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(_prefix.AsSpan(1));
        if (_prefix[0] == 1 && encoding is null or "identity")
            throw new GrpcException(GrpcStatus.Internal, "grpc: compressed flag set with identity or empty encoding");
        if (_prefix[0] == 1)
            throw new GrpcException(GrpcStatus.Unimplemented, $"grpc: Decompressor is not installed for grpc-encoding \"{encoding}\"");
        if (_prefix[0] != 0)
            throw new GrpcException(GrpcStatus.Internal, $"grpc: received unexpected payload format {_prefix[0]}");
        if (length > maxMessageSize)
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {maxMessageSize})");
        return (int)length;
    }

    private static GrpcException CutOff() => new(GrpcStatus.Internal, "grpc: the stream ended within a message");
}
