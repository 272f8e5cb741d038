using System.Net;

namespace Snet.Grpc;

/// <summary>Derives a status where the peer sent none.</summary>
internal static class GrpcFailures
{
    /// <summary>Maps an HTTP status.</summary>
    /// <seealso href="https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md">HTTP to gRPC status codes</seealso>
    public static int FromHttpStatus(HttpStatusCode status) => (int)status switch
    {
        400 => GrpcStatus.Internal,
        401 => GrpcStatus.Unauthenticated,
        403 => GrpcStatus.PermissionDenied,
        404 => GrpcStatus.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatus.Unavailable,
        _ => GrpcStatus.Unknown,
    };

    /// <summary>Maps the error code of a RST_STREAM.</summary>
    /// <seealso href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors">gRPC over HTTP/2, Errors</seealso>
    public static int FromHttp2Error(long errorCode) => errorCode switch
    {
        0x7 => GrpcStatus.Unavailable, // REFUSED_STREAM
        0x8 => GrpcStatus.Cancelled, // CANCEL
        0xb => GrpcStatus.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => GrpcStatus.PermissionDenied, // INADEQUATE_SECURITY
        _ => GrpcStatus.Internal,
    };

    /// <summary>Maps a fault of the transport; everything that is no reset of the stream means that the peer cannot be reached.</summary>
    public static int FromException(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpProtocolException protocol)
                return FromHttp2Error(protocol.ErrorCode);
        }

        return GrpcStatus.Unavailable;
    }
}
