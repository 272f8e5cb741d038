namespace Snet.Grpc;

/// <summary>One value of a <see cref="GrpcMetadata"/>: a text, or bytes when the name ends in <c>-bin</c>.</summary>
internal readonly struct GrpcMetadataEntry
{
    private readonly object _value;

    internal GrpcMetadataEntry(string name, string text) => (Name, _value) = (name, text);

    internal GrpcMetadataEntry(string name, byte[] bytes) => (Name, _value) = (name, new Binary(bytes));

    /// <summary>The header's name, in lower case.</summary>
    public string Name { get; }

    /// <summary>True when the value is bytes.</summary>
    public bool IsBinary => _value is Binary;

    /// <summary>The value as text.</summary>
    /// <exception cref="InvalidOperationException">The value is bytes.</exception>
    public string Text => _value as string ?? throw new InvalidOperationException($"Header '{Name}' holds bytes.");

    /// <summary>The value as bytes.</summary>
    /// <exception cref="InvalidOperationException">The value is a text.</exception>
    public byte[] Bytes => (_value as Binary)?.Bytes ?? throw new InvalidOperationException($"Header '{Name}' holds text.");

    internal static bool IsBinaryName(string name) => name.EndsWith("-bin", StringComparison.Ordinal);

    /// <summary>The value as it stands on the wire: bytes as base64 without padding.</summary>
    internal string ToWire() => _value as string ?? ((Binary)_value).Text;

    // Its text is kept: a token is sent with each of many calls.
    private sealed class Binary(byte[] bytes)
    {
        private string? _text;

        public byte[] Bytes => bytes;

        public string Text => _text ??= GrpcText.EncodeBytes(bytes);
    }
}
