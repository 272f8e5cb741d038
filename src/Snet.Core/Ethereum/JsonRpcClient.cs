using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Snet.Ethereum;

/// <summary>Asks Ethereum nodes over JSON-RPC 2.0: each attempt has a time limit, reads are repeated, the next node is asked when one fails.</summary>
/// <seealso href="https://www.jsonrpc.org/specification">JSON-RPC 2.0</seealso>
internal sealed partial class JsonRpcClient
{
    /// <summary>JSON-RPC's code for too many requests (EIP-1474); also given for HTTP 429.</summary>
    public const int LimitExceeded = -32005;

    /// <summary>The one method whose answer can be too large for a node.</summary>
    public const string GetLogs = "eth_getLogs";

    /// <summary>JSON-RPC's code for a method that the node does not know.</summary>
    public const int MethodNotFound = -32601;

    private const int InternalError = -32603;
    private const long MaxAnswerSize = 64 << 20; // bytes; far above any answer that is asked for here
    private static readonly TimeSpan HintCap = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly NodeEndpoint[] _endpoints;
    private readonly JsonRpcOptions _options;
    private int _preferred; // the endpoint that answered last
    private long _id;

    /// <summary>Makes a client of one node or more; the next is asked when one fails.</summary>
    public JsonRpcClient(HttpClient http, IReadOnlyList<Uri> endpoints, JsonRpcOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfZero(endpoints.Count, nameof(endpoints));
        (_http, _endpoints, _options) = (http, [.. endpoints.Select(uri => new NodeEndpoint(uri))], options);
    }

    /// <summary>Calls a method that changes nothing.</summary>
    /// <exception cref="JsonRpcException">The node refused, or none answered.</exception>
    public Task<JsonElement> ReadAsync(string method, JsonArray parameters, CancellationToken cancellationToken) =>
        ReadAsync(method, parameters, isHeavy: false, cancellationToken);

    /// <summary>Calls a method that changes nothing, and that may be too much for a node: it is not repeated then, because it is better asked in parts.</summary>
    /// <exception cref="JsonRpcException">The node refused, or none answered.</exception>
    public Task<JsonElement> ReadAsync(string method, JsonArray parameters, bool isHeavy, CancellationToken cancellationToken) =>
        CallAsync(method, parameters, _options.MaxRetries, isHeavy, cancellationToken);

    /// <summary>Calls a method once, at one node: a transaction whose fate is unknown must be looked up, not sent again blindly.</summary>
    /// <exception cref="JsonRpcException">The node refused or did not answer.</exception>
    public Task<JsonElement> SendAsync(string method, JsonArray parameters, CancellationToken cancellationToken) =>
        CallAsync(method, parameters, 0, isHeavy: false, cancellationToken);

    private async Task<JsonElement> CallAsync(string method, JsonArray parameters, int retries, bool isHeavy, CancellationToken cancellationToken)
    {
        var body = Request(method, parameters).ToJsonString();
        for (var (attempt, hint) = (0, TimeSpan.Zero); ; attempt++)
        {
            var index = Volatile.Read(ref _preferred);
            JsonRpcException failure;
            try
            {
                var endpoint = _endpoints[index];
                return await AttemptAsync(endpoint, method, body, (response, answer) => ReadAnswer(response, answer, method, endpoint), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (JsonRpcException e) when (e.IsRateLimit || (!e.IsAnswer && !(isHeavy && e.MayBeTooMuch)))
            {
                failure = e;
            }

            Interlocked.CompareExchange(ref _preferred, (index + 1) % _endpoints.Length, index);
            if (attempt >= retries)
                throw failure;
            hint = failure.RetryAfter > hint ? failure.RetryAfter : hint;
            if ((attempt + 1) % _endpoints.Length != 0)
                continue; // another node is asked at once; the pause is for going round
            await Task.Delay(Pause(attempt / _endpoints.Length, hint), _options.Time, cancellationToken).ConfigureAwait(false);
            hint = TimeSpan.Zero;
        }
    }

    private JsonObject Request(string method, JsonArray parameters) => new()
    {
        ["jsonrpc"] = "2.0", ["id"] = Interlocked.Increment(ref _id), ["method"] = method, ["params"] = parameters,
    };

    private async Task<T> AttemptAsync<T>(
        NodeEndpoint endpoint, string method, string body, Func<HttpResponseMessage, JsonElement, T> read, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Uri)
            {
                Content = new StringContent(body, new MediaTypeHeaderValue("application/json")),
            };
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(MaxAnswerSize, linked.Token).ConfigureAwait(false);
            var content = await response.Content.ReadAsByteArrayAsync(linked.Token).ConfigureAwait(false);
            return read(response, Parse(response, content, method, endpoint));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Ours, or the HTTP client's own time limit where that is shorter.
            throw Unanswered($"did not answer {method} within {_options.AttemptTimeout.TotalSeconds:0.###} s.", endpoint, e, mayBeTooMuch: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw Unanswered($"could not be reached for {method}: {endpoint.Clean(e.Message)}", endpoint, e);
        }
    }

    private JsonElement Parse(HttpResponseMessage response, byte[] content, string method, NodeEndpoint endpoint)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw Unanswered($"answered {method} with HTTP {(int)response.StatusCode} and no JSON.", endpoint, e, response);
        }
    }

    private JsonElement ReadAnswer(HttpResponseMessage response, JsonElement answer, string method, NodeEndpoint endpoint)
    {
        if (answer.ValueKind == JsonValueKind.Object)
        {
            if (answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
                throw Refusal(error, method, endpoint, response);
            if (response.IsSuccessStatusCode && answer.TryGetProperty("result", out var result))
                return result;
        }

        throw Unanswered($"answered {method} with HTTP {(int)response.StatusCode} and neither result nor error.", endpoint, null, response);
    }

    private JsonRpcException Refusal(JsonElement error, string method, NodeEndpoint endpoint, HttpResponseMessage response)
    {
        var code = error.TryGetProperty("code", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out var number) ? number : 0;
        var tooMany = response.StatusCode == HttpStatusCode.TooManyRequests;
        if (tooMany)
            code = LimitExceeded;
        var text = Text(error, "message") ?? "no message";
        // Development nodes wrap the revert data in an object of their own.
        var data = error.TryGetProperty("data", out var d) && d.ValueKind == JsonValueKind.Object ? Text(d, "data") : Text(error, "data");
        return new JsonRpcException(
            $"The node {endpoint.Name} refused {method}: {endpoint.Clean(text)}", endpoint.Name, code == 0 ? InternalError : code, data)
        {
            RetryAfter = HintOf(response),
            // Of a search for logs the same code says that it covers too much; waiting does not mend that.
            IsRateLimit = tooMany || (code == LimitExceeded && method != GetLogs),
            MayBeTooMuch = !tooMany,
        };
    }

    private JsonRpcException Unanswered(
        string what, NodeEndpoint endpoint, Exception? cause, HttpResponseMessage? response = null, bool mayBeTooMuch = false)
    {
        // Gateways say so of a node that worked too long; too large is their own word.
        var tooLarge = response?.StatusCode == HttpStatusCode.RequestEntityTooLarge;
        return new JsonRpcException(
            $"The node {endpoint.Name} {what}", endpoint.Name, tooLarge ? LimitExceeded : 0, innerException: cause is null ? null : endpoint.IfClean(cause))
        {
            RetryAfter = response is null ? TimeSpan.Zero : HintOf(response),
            IsRateLimit = response?.StatusCode == HttpStatusCode.TooManyRequests,
            MayBeTooMuch = mayBeTooMuch || tooLarge || (int?)response?.StatusCode >= 500,
        };
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    // Retry-After is a number of seconds or a point in time (RFC 9110, 10.2.3).
    private TimeSpan HintOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _options.Time.GetUtcNow() => date - _options.Time.GetUtcNow(),
        _ => TimeSpan.Zero,
    };

    private static TimeSpan Pause(int round, TimeSpan hint)
    {
        if (hint > TimeSpan.Zero)
            return hint < HintCap ? hint : HintCap;
        var full = TimeSpan.FromMilliseconds(200 * Math.Pow(2, Math.Min(round, 6)));
        return full * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0);
    }
}

/// <summary>Limits of <see cref="JsonRpcClient"/>.</summary>
/// <param name="AttemptTimeout">How long one attempt may take.</param>
/// <param name="MaxRetries">How often a read is repeated.</param>
/// <param name="Time">The clock.</param>
internal sealed record JsonRpcOptions(TimeSpan AttemptTimeout, int MaxRetries, TimeProvider Time);
