using System.Net;

namespace Snet.Grpc;

/// <summary>A request of one message that is known from the start. It can be sent again when the peer refused the stream before looking at it.</summary>
internal sealed class GrpcUnaryContent(ReadOnlyMemory<byte> message) : GrpcRequestContent
{
    private volatile bool _complete;

    public override bool IsComplete => _complete;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await GrpcMessageWriter.WriteAsync(stream, default, message, cancellationToken).ConfigureAwait(false);
        _complete = true;
    }
}
