using Snet.Ethereum;

namespace Snet.Sdk;

/// <summary>The Ethereum node refused a request, answered nonsense, or did not answer in time.</summary>
public sealed class EthereumRpcException : SnetException
{
    internal EthereumRpcException(string message, string endpoint, int rpcCode = 0, Exception? innerException = null)
        : base("ethereum_rpc", message + " Check RpcEndpoints, or add a second endpoint.", innerException)
    {
        (Endpoint, RpcCode) = (endpoint, rpcCode);
        IsTransient = rpcCode is 0 or -32005;
        MoneyMoved = MoneyMoved.No;
    }

    internal EthereumRpcException(JsonRpcException e)
        : this(e.Message, e.Endpoint, e.Code, e) => RetryAfter = e.RetryAfter > TimeSpan.Zero ? e.RetryAfter : null;

    /// <summary>Scheme, host and port of the node; never its path, where keys stand.</summary>
    public string Endpoint { get; }

    /// <summary>The JSON-RPC error code; 0 when the node gave no JSON-RPC answer.</summary>
    public int RpcCode { get; }
}
