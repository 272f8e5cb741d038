using System.Net;

namespace Snet.Grpc;

/// <summary>A request of one message that is known from the start. It can be sent again when the peer refused the stream before looking at it.</summary>
internal sealed class GrpcUnaryContent(ReadOnlyMemory<byte> message) : GrpcRequestContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => GrpcMessageWriter.WriteAsync(stream, default, message, cancellationToken).AsTask();
}
