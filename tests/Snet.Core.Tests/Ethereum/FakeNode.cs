using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>A node that answers each method as a test says, by default as an empty chain with much ether; it keeps what was sent.</summary>
internal sealed class FakeNode : HttpMessageHandler
{
    private readonly Dictionary<string, Func<JsonArray, JsonNode?>> _methods = new()
    {
        ["eth_blockNumber"] = _ => "0x10",
        ["eth_estimateGas"] = _ => "0xc350",
        ["eth_getTransactionCount"] = _ => "0x0",
        ["eth_getBlockByNumber"] = _ => new JsonObject { ["baseFeePerGas"] = "0x3b9aca00" },
        ["eth_maxPriorityFeePerGas"] = _ => "0x5",
        ["eth_getBalance"] = _ => "0xde0b6b3a7640000",
        ["eth_getTransactionByHash"] = _ => null,
    };

    public FakeNode()
    {
        On("eth_sendRawTransaction", p => Accept((string)p[0]!));
        On("eth_getTransactionReceipt", _ => Receipt());
    }

    /// <summary>Every call, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Raw transactions that arrived.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Says how a method answers from now on.</summary>
    public FakeNode On(string method, Func<JsonArray, JsonNode?> answer)
    {
        _methods[method] = answer;
        return this;
    }

    /// <summary>Says how a method answers, call by call; the last one stays.</summary>
    public FakeNode On(string method, params Func<JsonArray, JsonNode?>[] answers)
    {
        var call = 0;
        return On(method, p => answers[Math.Min(call++, answers.Length - 1)](p));
    }

    /// <summary>Takes a transaction.</summary>
    public JsonNode Accept(string raw)
    {
        Sent.Add(raw);
        return Hex.Encode(Keccak256.Hash(Hex.Decode(raw)));
    }

    public static JsonObject Receipt(bool succeeded = true) => new()
    {
        ["blockNumber"] = "0x10", ["status"] = succeeded ? "0x1" : "0x0", ["gasUsed"] = "0x5208", ["effectiveGasPrice"] = "0x7", ["logs"] = new JsonArray(),
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        var method = (string)call["method"]!;
        JsonObject answer;
        lock (_methods)
        {
            Calls.Add(method);
            try
            {
                answer = new JsonObject { ["result"] = _methods[method](call["params"]!.AsArray()) };
            }
            catch (NodeRefusal e)
            {
                answer = new JsonObject { ["error"] = new JsonObject { ["code"] = e.Code, ["message"] = e.Message, ["data"] = e.Data } };
            }
        }

        return new HttpResponseMessage { Content = new StringContent(answer.ToJsonString(JsonSerializerOptions.Web)) };
    }

    /// <summary>Thrown by an answer to be sent as JSON-RPC's error.</summary>
    internal sealed class NodeRefusal(int code, string message, string? data = null) : Exception(message)
    {
        public int Code => code;

        public new string? Data => data;
    }
}
