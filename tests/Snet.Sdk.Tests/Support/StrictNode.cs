using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Snet.Sdk.Tests.Support;

/// <summary>Stands before a node, counts what is asked of it by method, and refuses what nodes in the field refuse.</summary>
internal sealed class StrictNode() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentQueue<string> _requests = new();

    /// <summary>The most blocks of one search for logs.</summary>
    public long MaxBlocks { get; set; } = long.MaxValue;

    /// <summary>How a larger search is refused: status, body, or a time-out.</summary>
    public Func<long, HttpResponseMessage> Refusal { get; set; } = blocks => Error(-32000, $"block range too large: {blocks}");

    /// <summary>Whether batches are refused.</summary>
    public bool RefusesBatches { get; set; }

    /// <summary>What was asked, request by request; a batch is its methods joined by a plus.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public int Count(string method) => _requests.Count(request => request == method);

    public void Clear() => _requests.Clear();

    public static HttpResponseMessage Error(int code, string message, HttpStatusCode status = HttpStatusCode.OK) => Answer(
        status, new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }.ToJsonString());

    public static HttpResponseMessage Answer(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        _requests.Enqueue(asked is JsonArray batch ? string.Join('+', batch.Select(Method)) : Method(asked));
        if (asked is JsonArray)
            return RefusesBatches ? Error(-32600, "batch requests are not supported") : await base.SendAsync(request, cancellationToken);
        if (Method(asked) == "eth_getLogs" && await CountBlocksAsync(request, asked, cancellationToken) is var blocks && blocks > MaxBlocks)
            return Refusal(blocks);
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<long> CountBlocksAsync(HttpRequestMessage request, JsonNode asked, CancellationToken cancellationToken)
    {
        var filter = asked["params"]![0]!;
        var (first, last) = (filter["fromBlock"]!.GetValue<string>(), filter["toBlock"]!.GetValue<string>());
        return (last == "latest" ? await GetHeadAsync(request, cancellationToken) : Number(last)) - Number(first) + 1;
    }

    private async Task<long> GetHeadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var question = new HttpRequestMessage(HttpMethod.Post, request.RequestUri)
        {
            Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}""", Encoding.UTF8, "application/json"),
        };
        using var response = await base.SendAsync(question, cancellationToken);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return Number(answer.RootElement.GetProperty("result").GetString()!);
    }

    private static string Method(JsonNode? request) => request!["method"]!.GetValue<string>();

    private static long Number(string hex) => long.Parse(hex.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
