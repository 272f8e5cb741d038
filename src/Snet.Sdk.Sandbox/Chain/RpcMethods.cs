using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The node's JSON-RPC methods.</summary>
internal sealed partial class RpcMethods
{
    private const string Client = "SnetSandbox/1.0";
    private static readonly BigInteger SuggestedTip = 1_000_000_000;

    private readonly Dictionary<string, Func<RpcParameters, JsonNode?>> _methods;
    private readonly Ledger _ledger;
    private long _head; // the latest block as whoever asks sees it

    public RpcMethods(Ledger ledger)
    {
        _ledger = ledger;
        _methods = new(StringComparer.Ordinal)
        {
            ["web3_clientVersion"] = _ => Client,
            ["net_version"] = _ => Network.ChainId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["net_listening"] = _ => true,
            ["eth_chainId"] = _ => Quantity(Network.ChainId),
            ["eth_syncing"] = _ => false,
            ["eth_accounts"] = _ => new JsonArray(),
            ["eth_gasPrice"] = _ => Quantity(Ledger.BaseFee + SuggestedTip),
            ["eth_maxPriorityFeePerGas"] = _ => Quantity(SuggestedTip),
            ["eth_feeHistory"] = FeeHistory,
            ["eth_blockNumber"] = _ => Quantity(_head),
            ["eth_getBlockByNumber"] = p => FindBlock(p.Required(0)) is { } number ? RpcJson.Block(_ledger, number, p.Flag(1)) : null,
            ["eth_getBlockByHash"] = p => FindBlock(p.Hash(0)) is { } number ? RpcJson.Block(_ledger, number, p.Flag(1)) : null,
            ["eth_getBalance"] = p => Quantity(_ledger.AccountAt(p.Address(0), StateBlock(p, 1)).Balance),
            ["eth_getTransactionCount"] = TransactionCount,
            ["eth_getCode"] = p => _ledger.IsContract(p.Address(0)) ? "0xfe" : "0x", // some code; nobody can run it
            ["eth_call"] = Call,
            ["eth_estimateGas"] = EstimateGas,
            ["eth_sendRawTransaction"] = SendRawTransaction,
            ["eth_getTransactionByHash"] = p => FindTransaction(p.Hash(0)),
            ["eth_getTransactionReceipt"] = p => FindReceipt(p.Hash(0)),
            ["eth_getLogs"] = p => FindLogs(p.Required(0)),
            ["evm_mine"] = _ => Mine(1, "0x0"),
            ["anvil_mine"] = p => Mine(p.TryGet(0, out var count) ? RpcParameters.Number(count, 0) : 1, null),
        };
    }

    /// <summary>The most blocks that one search for events may cover; null for any number. Nodes that many share have such limits.</summary>
    public long? MaxLogRange { get; set; }

    /// <summary>Answers one request.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="parameters">Its arguments.</param>
    /// <param name="behind">How many of the chain's last blocks the node has not heard of yet.</param>
    /// <exception cref="RpcException">The node refuses.</exception>
    public JsonNode? Answer(string method, RpcParameters parameters, long behind)
    {
        if (!_methods.TryGetValue(method, out var answer))
            throw new RpcException($"the method {method} does not exist/is not available", -32601);
        lock (_ledger.Gate)
        {
            _head = Math.Max(0, _ledger.Clock.Latest - behind);
            return answer(parameters);
        }
    }

    private static JsonValue Quantity(BigInteger value) => JsonValue.Create(Hex.EncodeNumber(value));

    private JsonNode? Mine(BigInteger count, string? answer)
    {
        if (count < 1 || count > long.MaxValue / 2)
            throw RpcParameters.Invalid(0, "blocks out of range");
        _ledger.Mine((long)count);
        return answer;
    }

    // Which block a number or a tag means; null when there is no such block.
    private long? FindBlock(JsonElement tag)
    {
        var text = tag.ValueKind == JsonValueKind.String ? tag.GetString() : null;
        switch (text)
        {
            case "latest" or "pending": return _head;
            case "safe": return Math.Max(0, _head - 32); // an epoch, and two of them: as Anvil has it
            case "finalized": return Math.Max(0, _head - 64);
            case "earliest": return 0;
        }

        var number = RpcParameters.Number(tag, 0);
        return number <= _head ? (long)number : null;
    }

    private long? FindBlock(string hash) => _ledger.Clock.Find(hash) is { } number && number <= _head ? number : null;

    // The block as of which state is asked for: a number, a tag, or an object with a number or a hash (EIP-1898).
    private long StateBlock(RpcParameters parameters, int index)
    {
        if (!parameters.TryGet(index, out var tag))
            return _head;
        if (tag.ValueKind == JsonValueKind.Object && RpcParameters.TryGet(tag, "blockHash", out var hash))
            return FindBlock(RpcParameters.Hash(hash, index)) ?? throw new RpcException("header for hash not found");
        if (tag.ValueKind == JsonValueKind.Object && RpcParameters.TryGet(tag, "blockNumber", out var number))
            tag = number;
        return FindBlock(tag) ?? throw new RpcException("header not found");
    }

    private JsonValue TransactionCount(RpcParameters parameters)
    {
        var address = parameters.Address(0);
        var pending = parameters.TryGet(1, out var tag) && tag.ValueKind == JsonValueKind.String && tag.GetString() == "pending";
        if (!pending)
            return Quantity(_ledger.AccountAt(address, StateBlock(parameters, 1)).Nonce);
        // What is in blocks that the node has not heard of still waits, as far as it knows: the sender gave it to this node.
        return Quantity(_ledger.Pool.NextNonce(address, _ledger.AccountAt(address, _ledger.Clock.Latest).Nonce));
    }

    private JsonObject FeeHistory(RpcParameters parameters)
    {
        var newest = FindBlock(parameters.Required(1)) ?? throw new RpcException("request beyond head block");
        var count = (int)BigInteger.Min(BigInteger.Min(parameters.Number(0), 1024), newest + 1);
        var percentiles = parameters.TryGet(2, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;
        var oldest = newest - count + 1;
        var history = new JsonObject
        {
            ["oldestBlock"] = Quantity(BigInteger.Max(oldest, 0)),
            ["baseFeePerGas"] = Repeat(count + 1, _ => Quantity(Ledger.BaseFee)),
            ["gasUsedRatio"] = Repeat(count, i => (double)RpcJson.GasUsed(_ledger, oldest + i) / GasMeter.BlockLimit),
        };
        if (percentiles > 0)
            history["reward"] = Repeat(count, _ => Repeat(percentiles, _ => Quantity(SuggestedTip)));
        return history;
    }

    private static JsonArray Repeat(int count, Func<int, JsonNode> item) => new([.. Enumerable.Range(0, count).Select(item)]);
}
