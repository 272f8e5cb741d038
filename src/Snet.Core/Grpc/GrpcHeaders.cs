using System.Net.Http.Headers;

namespace Snet.Grpc;

/// <summary>Carries <see cref="GrpcMetadata"/> to and from HTTP headers.</summary>
internal static class GrpcHeaders
{
    /// <summary>True for names that belong to HTTP or gRPC itself and are no metadata.</summary>
    public static bool IsReserved(string name) => name is
        "content-type" or "te" or "host" or "content-length" or "grpc-timeout" or "grpc-encoding" or "grpc-accept-encoding" or "grpc-status" or "grpc-message"
        || name.StartsWith(':');

    public static void Write(HttpRequestMessage request, GrpcCallOptions? options, string? userAgent)
    {
        var headers = request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        if (userAgent is not null)
            headers.TryAddWithoutValidation("user-agent", userAgent);
        if (options?.Timeout is { } timeout)
            headers.TryAddWithoutValidation("grpc-timeout", GrpcText.EncodeTimeout(timeout));

        if (options?.Headers is not { } metadata)
            return;
        foreach (var entry in metadata)
        {
            if (!IsReserved(entry.Name) && entry.Name != "user-agent")
                headers.TryAddWithoutValidation(entry.Name, entry.ToWire());
        }
    }

    public static GrpcMetadata Read(HttpResponseHeaders headers)
    {
        var metadata = new GrpcMetadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
                Add(metadata, name.ToLowerInvariant(), value);
        }

        return metadata;
    }

    /// <summary>Gives the only or first value of a header as it stands on the wire.</summary>
    public static string? Find(HttpResponseHeaders headers, string name)
        => headers.NonValidated.TryGetValues(name, out var values) ? values.First() : null;

    /// <summary>Adds a value from the wire. A binary value may be a list parted by commas; what is no base64 is left out, as grpc does.</summary>
    public static void Add(GrpcMetadata metadata, string name, string value)
    {
        if (IsReserved(name))
            return;
        if (!GrpcMetadataEntry.IsBinaryName(name))
        {
            metadata.Add(new GrpcMetadataEntry(name, value));
            return;
        }

        foreach (var range in value.AsSpan().Split(','))
        {
            if (GrpcText.TryDecodeBytes(value.AsSpan()[range], out var bytes))
                metadata.Add(new GrpcMetadataEntry(name, bytes));
        }
    }
}
