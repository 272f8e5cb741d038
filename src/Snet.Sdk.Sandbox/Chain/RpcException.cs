using System.Text.Json.Nodes;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The node answers a request with an error.</summary>
/// <param name="message">The text, as geth words it.</param>
/// <param name="code">JSON-RPC's code; -32000 is geth's for all that has no code of its own.</param>
/// <param name="data">Revert data.</param>
internal sealed class RpcException(string message, int code = -32000, JsonNode? data = null) : Exception(message)
{
    public int Code { get; } = code;

    public JsonNode? ErrorData { get; } = data;
}
