using System.Net;
using System.Net.Http.Headers;

namespace Snet.Grpc;

/// <summary>The body of a request. It ends by itself only when the request is complete: any other end must be an exception, because only then does the
/// handler reset the stream. A normal return would send END_STREAM, which a daemon takes for a complete and payable request (protocol e.3, e.7).</summary>
internal abstract class GrpcRequestContent : HttpContent
{
    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    protected GrpcRequestContent() => Headers.ContentType = ContentType;

    /// <summary>True when all that the request consists of has been handed to the handler.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>Breaks the body off if it is not complete.</summary>
    public virtual void Abort()
    {
    }

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected sealed override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
