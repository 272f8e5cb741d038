namespace Snet.Grpc;

/// <summary>A call that ended with a status other than OK. A client throws it to its caller; a server's handler throws it to answer with that status.</summary>
/// <remarks>Cancellation by the caller's own token is never this exception but <see cref="OperationCanceledException"/>.</remarks>
internal sealed class GrpcException : Exception
{
    /// <param name="statusCode">The status number; numbers unknown to gRPC are kept.</param>
    /// <param name="detail">The status message, decoded.</param>
    /// <param name="trailers">What came, or is to be sent, beside the status.</param>
    /// <param name="innerException">The fault of the transport, if one is behind this.</param>
    public GrpcException(int statusCode, string detail, GrpcMetadata? trailers = null, Exception? innerException = null)
        : base($"{GrpcStatus.GetName(statusCode)}: {detail}", innerException)
        => (StatusCode, Detail, Trailers) = (statusCode, detail, trailers ?? new GrpcMetadata());

    /// <summary>The status number.</summary>
    public int StatusCode { get; }

    /// <summary>The status message, decoded and otherwise as sent.</summary>
    public string Detail { get; }

    /// <summary>The response headers; empty when the answer was a status alone.</summary>
    public GrpcMetadata Headers { get; init; } = new();

    /// <summary>The response trailers, without the status itself.</summary>
    public GrpcMetadata Trailers { get; }

    /// <summary>True when the peer sent no status and this one was derived here: whether the peer did the work is then unknown.</summary>
    public bool IsTransport { get; init; }
}
