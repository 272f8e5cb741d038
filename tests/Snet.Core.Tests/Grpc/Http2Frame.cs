namespace Snet.Grpc;

/// <summary>One HTTP/2 frame as it was on the wire (RFC 9113, 4.1).</summary>
internal sealed record Http2Frame(Http2FrameType Type, byte Flags, int StreamId, byte[] Payload)
{
    /// <summary>True when the sender says that its side of the stream is complete.</summary>
    public bool EndsStream => Type is Http2FrameType.Data or Http2FrameType.Headers && (Flags & 1) != 0;

    /// <summary>The error code of a RST_STREAM.</summary>
    public int ErrorCode => (Payload[0] << 24) | (Payload[1] << 16) | (Payload[2] << 8) | Payload[3];

    public override string ToString() => $"{Type}[{StreamId}]{(EndsStream ? " END_STREAM" : "")} {Payload.Length} bytes";
}

internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}
