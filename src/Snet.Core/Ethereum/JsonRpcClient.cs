using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Snet.Ethereum;

/// <summary>Asks Ethereum nodes over JSON-RPC 2.0: each attempt has a time limit, reads are repeated, the next node is asked when one fails.</summary>
internal sealed class JsonRpcClient(HttpClient http, IReadOnlyList<Uri> endpoints, JsonRpcOptions options)
{
    private const int LimitExceeded = -32005; // EIP-1474
    private static readonly TimeSpan HintCap = TimeSpan.FromSeconds(30);

    private int _preferred; // the endpoint that answered last
    private long _id;

    /// <summary>Calls a method that changes nothing.</summary>
    /// <exception cref="JsonRpcException">The node refused, or none answered.</exception>
    public Task<JsonElement> ReadAsync(string method, JsonArray parameters, CancellationToken cancellationToken) =>
        CallAsync(method, parameters, options.MaxRetries, cancellationToken);

    /// <summary>Calls a method once, at one node: a transaction whose fate is unknown must be looked up, not sent again blindly.</summary>
    /// <exception cref="JsonRpcException">The node refused or did not answer.</exception>
    public Task<JsonElement> SendAsync(string method, JsonArray parameters, CancellationToken cancellationToken) =>
        CallAsync(method, parameters, 0, cancellationToken);

    private async Task<JsonElement> CallAsync(string method, JsonArray parameters, int retries, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["jsonrpc"] = "2.0", ["id"] = Interlocked.Increment(ref _id), ["method"] = method, ["params"] = parameters,
        }.ToJsonString();

        for (var attempt = 0; ; attempt++)
        {
            var index = Volatile.Read(ref _preferred) % endpoints.Count;
            var (failure, hint) = (default(JsonRpcException), default(TimeSpan?));
            try
            {
                return await AttemptAsync(endpoints[index], method, body, h => hint = h, cancellationToken).ConfigureAwait(false);
            }
            catch (JsonRpcException e) when (!e.IsAnswer || e.Code == LimitExceeded)
            {
                failure = e;
            }

            Interlocked.CompareExchange(ref _preferred, (index + 1) % endpoints.Count, index);
            if (attempt >= retries)
                throw failure;
            // Another node is asked at once; the pause is for going round.
            if ((attempt + 1) % endpoints.Count == 0)
                await Task.Delay(Pause(attempt / endpoints.Count, hint), options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<JsonElement> AttemptAsync(
        Uri endpoint, string method, string body, Action<TimeSpan> onHint, CancellationToken cancellationToken)
    {
        var name = endpoint.GetLeftPart(UriPartial.Authority);
        using var limit = new CancellationTokenSource(options.AttemptTimeout, options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
            {
                Content = new StringContent(body, new MediaTypeHeaderValue("application/json")),
            };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            if (response.Headers.RetryAfter?.Delta is { } delta)
                onHint(delta);
            return await ReadAnswerAsync(response, method, name, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new JsonRpcException($"The node {name} did not answer {method} within {options.AttemptTimeout.TotalSeconds:0.###} s.", name, innerException: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new JsonRpcException($"The node {name} could not be reached for {method}: {e.Message}", name, innerException: e);
        }
    }

    private static async Task<JsonElement> ReadAnswerAsync(
        HttpResponseMessage response, string method, string name, CancellationToken cancellationToken)
    {
        JsonElement answer;
        try
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(bytes);
            answer = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new JsonRpcException($"The node {name} answered {method} with HTTP {(int)response.StatusCode} and no JSON.", name, innerException: e);
        }

        if (answer.ValueKind == JsonValueKind.Object)
        {
            if (answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
                throw Refusal(error, method, name, response.StatusCode);
            if (response.IsSuccessStatusCode && answer.TryGetProperty("result", out var result))
                return result;
        }

        throw new JsonRpcException($"The node {name} answered {method} with HTTP {(int)response.StatusCode} and neither result nor error.", name);
    }

    private static JsonRpcException Refusal(JsonElement error, string method, string name, HttpStatusCode status)
    {
        var code = error.TryGetProperty("code", out var c) && c.TryGetInt32(out var number) ? number : -32603;
        if (status == HttpStatusCode.TooManyRequests)
            code = LimitExceeded;
        var text = error.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString() : "no message";
        var data = error.TryGetProperty("data", out var d) && d.ValueKind == JsonValueKind.String ? d.GetString() : null;
        return new JsonRpcException($"The node {name} refused {method}: {text}", name, code, data);
    }

    private static TimeSpan Pause(int round, TimeSpan? hint)
    {
        if (hint is { } wanted)
            return wanted < HintCap ? wanted : HintCap;
        var full = TimeSpan.FromMilliseconds(200 * Math.Pow(2, Math.Min(round, 6)));
        return full * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0);
    }
}

/// <summary>Limits of <see cref="JsonRpcClient"/>.</summary>
/// <param name="AttemptTimeout">How long one attempt may take.</param>
/// <param name="MaxRetries">How often a read is repeated.</param>
/// <param name="Time">The clock.</param>
internal sealed record JsonRpcOptions(TimeSpan AttemptTimeout, int MaxRetries, TimeProvider Time);
