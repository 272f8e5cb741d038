namespace Snet.Ethereum;

/// <summary>A node answered with an error, or not at all.</summary>
internal sealed class JsonRpcException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="endpoint">Scheme, host and port of the node, never its path or query: keys stand there.</param>
    /// <param name="code">JSON-RPC's code; 0 when the node gave no JSON-RPC answer.</param>
    /// <param name="data">The error's data: revert data as 0x text, for instance.</param>
    /// <param name="innerException">What the transport said.</param>
    public JsonRpcException(string message, string endpoint, int code = 0, string? data = null, Exception? innerException = null)
        : base(message, innerException) => (Endpoint, Code, ErrorData) = (endpoint, code, data);

    /// <summary>Scheme, host and port of the node.</summary>
    public string Endpoint { get; }

    /// <summary>JSON-RPC's code; 0 when the node gave no JSON-RPC answer.</summary>
    public int Code { get; }

    /// <summary>The error's data as text, or null.</summary>
    public string? ErrorData { get; }

    /// <summary>After which time the node wants to be asked again; zero when it did not say.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Whether too many requests came, so that the same one may be answered later.</summary>
    public bool IsRateLimit { get; init; }

    /// <summary>Whether the request may have been too much for the node, so that a part of it may be answered.</summary>
    public bool MayBeTooMuch { get; init; }

    /// <summary>Whether the node itself answered, so that asking another one changes nothing.</summary>
    public bool IsAnswer => Code != 0;
}
