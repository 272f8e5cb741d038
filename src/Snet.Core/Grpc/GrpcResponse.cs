namespace Snet.Grpc;

/// <summary>The answer of a unary call that ended with OK.</summary>
/// <param name="Message">The message's bytes.</param>
/// <param name="Headers">The response headers.</param>
/// <param name="Trailers">The response trailers, without the status.</param>
internal sealed record GrpcResponse(ReadOnlyMemory<byte> Message, GrpcMetadata Headers, GrpcMetadata Trailers);
