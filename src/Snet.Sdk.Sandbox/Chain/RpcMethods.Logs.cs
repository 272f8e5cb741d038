using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

internal sealed partial class RpcMethods
{
    private JsonArray FindLogs(JsonElement filter)
    {
        if (filter.ValueKind != JsonValueKind.Object)
            throw RpcParameters.Invalid(0, "cannot unmarshal non-object into a filter");
        var (from, to) = LogRange(filter);
        var addresses = Addresses(filter);
        var topics = Topics(filter);
        return new JsonArray([.. _ledger.TransactionsOf(from, to)
            .SelectMany(mined => mined.Logs.Select((log, i) => (mined, log, i)))
            .Where(entry => (addresses.Count == 0 || addresses.Contains(entry.log.Contract)) && Matches(topics, entry.log.Topics))
            .Select(entry => RpcJson.Log(_ledger, entry.mined, entry.i))]);
    }

    private (long From, long To) LogRange(JsonElement filter)
    {
        if (RpcParameters.TryGet(filter, "blockHash", out var hash))
        {
            if (RpcParameters.TryGet(filter, "fromBlock", out _) || RpcParameters.TryGet(filter, "toBlock", out _))
                throw RpcParameters.Invalid(0, "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other");
            var number = FindBlock(RpcParameters.Hash(hash, 0)) ?? throw new RpcException("unknown block");
            return (number, number);
        }

        var from = RpcParameters.TryGet(filter, "fromBlock", out var first) ? FindBlock(first) ?? long.MaxValue : _head;
        var to = RpcParameters.TryGet(filter, "toBlock", out var last) ? FindBlock(last) ?? long.MaxValue : _head;
        if (from > to)
            throw new RpcException("invalid block range params");
        to = Math.Min(to, _head);
        if (to - from >= MaxLogRange)
            throw new RpcException($"query exceeds max block range {MaxLogRange}", -32005);
        return (from, to);
    }

    private static HashSet<EthereumAddress> Addresses(JsonElement filter)
    {
        if (!RpcParameters.TryGet(filter, "address", out var value))
            return [];
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(address => RpcParameters.Address(address, 0))]
            : [RpcParameters.Address(value, 0)];
    }

    // For each place the topics that do; none for any.
    private static HashSet<string>[] Topics(JsonElement filter)
    {
        if (!RpcParameters.TryGet(filter, "topics", out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw RpcParameters.Invalid(0, "invalid topic(s)");
        return [.. value.EnumerateArray().Select<JsonElement, HashSet<string>>(place => place.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.Array when place.EnumerateArray().Any(topic => topic.ValueKind == JsonValueKind.Null) => [],
            JsonValueKind.Array => [.. place.EnumerateArray().Select(topic => RpcParameters.Hash(topic, 0))],
            _ => [RpcParameters.Hash(place, 0)],
        })];
    }

    private static bool Matches(HashSet<string>[] filter, string[] topics) =>
        filter.Length <= topics.Length && filter.Zip(topics).All(place => place.First.Count == 0 || place.First.Contains(place.Second));
}
