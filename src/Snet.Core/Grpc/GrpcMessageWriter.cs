using System.Buffers;
using System.Buffers.Binary;

namespace Snet.Grpc;

/// <summary>Writes length-prefixed messages to a stream. A short message goes out in one write; of a long one only the beginning is copied.</summary>
internal static class GrpcMessageWriter
{
    // An HTTP/2 frame as SocketsHttpHandler sends it: a first write of this size fills one frame exactly.
    private const int FrameSize = 16384;

    /// <summary>Writes one message whose bytes come in two parts, so that a small header need not be joined with a large payload.</summary>
    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var size = GrpcMessageReader.PrefixSize + (long)head.Length + body.Length;
        var first = ArrayPool<byte>.Shared.Rent((int)Math.Min(size, Math.Max(FrameSize, GrpcMessageReader.PrefixSize + head.Length)));
        WritePrefix(first, (uint)(size - GrpcMessageReader.PrefixSize));
        head.CopyTo(first.AsMemory(GrpcMessageReader.PrefixSize));
        var filled = GrpcMessageReader.PrefixSize + head.Length;
        var copied = (int)Math.Min(Math.Max(FrameSize - filled, 0), body.Length);
        body[..copied].CopyTo(first.AsMemory(filled));

        await stream.WriteAsync(first.AsMemory(0, filled + copied), cancellationToken).ConfigureAwait(false);
        // Given back after success only: a write that was broken off may still hold the buffer.
        ArrayPool<byte>.Shared.Return(first);
        if (copied < body.Length)
            await stream.WriteAsync(body[copied..], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes flag and length of an uncompressed message.</summary>
    public static void WritePrefix(Span<byte> target, uint length)
    {
        target[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], length);
    }
}
