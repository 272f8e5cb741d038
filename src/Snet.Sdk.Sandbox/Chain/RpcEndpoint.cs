using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>JSON-RPC 2.0 over HTTP as geth speaks it: single requests and batches.</summary>
internal sealed class RpcEndpoint(RpcMethods methods)
{
    private const int MaxBatch = 1000; // geth's limit
    private static readonly object Behind = new();

    /// <summary>Lets a request be answered as if the last blocks had not come yet.</summary>
    /// <param name="context">The request.</param>
    /// <param name="blocks">How many.</param>
    public static void LagBehind(HttpContext context, long blocks) => context.Items[Behind] = blocks;

    /// <summary>Answers one HTTP request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            await context.Response.WriteAsync("invalid content type, only application/json is supported", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/json";
        var answer = await ReadAndAnswerAsync(context).ConfigureAwait(false);
        if (answer is not null)
            await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<JsonNode?> ReadAndAnswerAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted).ConfigureAwait(false);
            var behind = context.Items[Behind] as long? ?? 0;
            return document.RootElement.ValueKind == JsonValueKind.Array ? AnswerBatch(document.RootElement, behind) : AnswerOne(document.RootElement, behind);
        }
        catch (JsonException)
        {
            return Failure(null, new RpcException("parse error", -32700));
        }
    }

    private JsonNode? AnswerBatch(JsonElement batch, long behind)
    {
        if (batch.GetArrayLength() == 0)
            return Failure(null, new RpcException("empty batch", -32600));
        if (batch.GetArrayLength() > MaxBatch)
            return Failure(null, new RpcException("batch too large", -32600));
        var answers = batch.EnumerateArray().Select(request => AnswerOne(request, behind)).OfType<JsonObject>().ToArray<JsonNode>();
        return answers.Length == 0 ? null : new JsonArray(answers);
    }

    // Every single request comes through here. One without an id wants no answer.
    private JsonObject? AnswerOne(JsonElement request, long behind)
    {
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
            return Failure(null, new RpcException("invalid request", -32600));
        var hasId = request.TryGetProperty("id", out var id);
        try
        {
            var result = methods.Answer(method.GetString()!, new RpcParameters(request), behind);
            return hasId ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = JsonNode.Parse(id.GetRawText()), ["result"] = result } : null;
        }
        catch (RpcException e)
        {
            return hasId ? Failure(JsonNode.Parse(id.GetRawText()), e) : null;
        }
    }

    private static JsonObject Failure(JsonNode? id, RpcException e)
    {
        var error = new JsonObject { ["code"] = e.Code, ["message"] = e.Message };
        if (e.ErrorData is not null)
            error["data"] = e.ErrorData;
        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["error"] = error };
    }
}
