using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Snet.Ethereum;

internal sealed partial class JsonRpcClient
{
    private const int LargestBatch = 50; // public nodes take 100 or more
    private const int SideBySide = 8; // requests

    /// <summary>Calls methods that change nothing, in one HTTP request where the node takes such a batch, else side by side.</summary>
    /// <remarks>Whatever a batch does not answer well is asked singly, where repeats, other nodes and errors are seen to.</remarks>
    /// <returns>The results, in the order of the calls.</returns>
    /// <exception cref="JsonRpcException">The node refused one of them, or none answered.</exception>
    public async Task<JsonElement[]> ReadManyAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellationToken)
    {
        var size = _endpoints[Volatile.Read(ref _preferred)].RefusesBatches ? 1 : LargestBatch;
        var results = new JsonElement[calls.Count];
        await Parallel.ForEachAsync(
            calls.Chunk(size).Index(), new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken },
            async (batch, ct) => (await ReadBatchAsync(batch.Item, ct).ConfigureAwait(false)).CopyTo(results, batch.Index * size)).ConfigureAwait(false);
        return results;
    }

    private async Task<JsonElement[]> ReadBatchAsync(RpcCall[] calls, CancellationToken cancellationToken)
    {
        var endpoint = _endpoints[Volatile.Read(ref _preferred)];
        var results = calls.Length < 2 || endpoint.RefusesBatches ? [] : await TryBatchAsync(endpoint, calls, cancellationToken).ConfigureAwait(false);
        return await Task.WhenAll(calls.Select((call, i) => results.TryGetValue(i, out var result)
            ? Task.FromResult(result)
            : ReadAsync(call.Method, call.Parameters.DeepClone().AsArray(), cancellationToken))).ConfigureAwait(false);
    }

    private async Task<Dictionary<int, JsonElement>> TryBatchAsync(NodeEndpoint endpoint, RpcCall[] calls, CancellationToken cancellationToken)
    {
        var requests = calls.Select(call => Request(call.Method, call.Parameters.DeepClone().AsArray())).ToArray();
        var ids = requests.Select((request, i) => (Id: request["id"]!.GetValue<long>(), i)).ToDictionary(pair => pair.Id, pair => pair.i);
        try
        {
            return await AttemptAsync(
                endpoint, $"a batch of {calls.Length}", new JsonArray([.. requests]).ToJsonString(), (response, answer) => ReadBatch(endpoint, response, answer, ids),
                cancellationToken).ConfigureAwait(false);
        }
        catch (JsonRpcException)
        {
            return [];
        }
    }

    private static Dictionary<int, JsonElement> ReadBatch(
        NodeEndpoint endpoint, HttpResponseMessage response, JsonElement answer, Dictionary<long, int> ids)
    {
        var results = new Dictionary<int, JsonElement>();
        if (answer.ValueKind != JsonValueKind.Array)
        {
            endpoint.RefusesBatches |= response.StatusCode != HttpStatusCode.TooManyRequests && (int)response.StatusCode < 500;
            return results;
        }

        foreach (var item in answer.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("result", out var result) && item.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) && ids.TryGetValue(number, out var index))
                results[index] = result;
        }

        return results;
    }
}

/// <summary>One call of a batch.</summary>
/// <param name="Method">The method.</param>
/// <param name="Parameters">Its arguments.</param>
internal sealed record RpcCall(string Method, JsonArray Parameters);
