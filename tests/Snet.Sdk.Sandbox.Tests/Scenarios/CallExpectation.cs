using System.Text.Json.Nodes;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Compares how a call ended with what a scenario expects: code, message, response or responses, headers, trailers.</summary>
internal sealed class CallExpectation(Matcher matcher, MessageMatcher messages)
{
    /// <summary>Gives null when it fits, else what differs.</summary>
    /// <param name="method">The path, which tells the type of the answer.</param>
    /// <param name="expected">The expectation; null for any answer with code 0.</param>
    /// <param name="outcome">What came.</param>
    public string? Compare(string method, JsonObject? expected, CallOutcome outcome)
    {
        var members = new Members("the expectation", expected ?? []);
        var problem = Code(members.Take("code"), outcome)
            ?? (members.Has("message") ? Message(members.Take("message"), outcome) : null)
            ?? (members.Has("response") ? Response(method, members.Take("response"), outcome) : null)
            ?? (members.Has("responses") ? Responses(method, members.Need("responses"), outcome) : null)
            ?? Metadata("header", members.MaybeObject("headers"), outcome.Headers)
            ?? Metadata("trailer", members.MaybeObject("trailers"), outcome.Trailers);
        if (problem is null)
            members.End();
        return problem;
    }

    private static string? Code(JsonNode? expected, CallOutcome outcome)
    {
        int[] codes = expected switch
        {
            null => [GrpcStatus.Ok],
            JsonArray list => [.. list.Select(code => code!.GetValue<int>())],
            _ => [expected.GetValue<int>()],
        };
        return codes.Contains(outcome.Code) ? null : $"the code is {outcome.Code} '{outcome.Text}' and not {string.Join(" or ", codes)}";
    }

    private string? Message(JsonNode? expected, CallOutcome outcome) => expected is null
        ? outcome.Text.Length == 0 ? null : $"the message is '{outcome.Text}' and should be absent"
        : matcher.Text("the message", expected, outcome.Text);

    private string? Response(string method, JsonNode? expected, CallOutcome outcome)
    {
        if (expected is null)
            return outcome.Messages.All(message => message.Length == 0) ? null : "the response is there and should be absent";
        return outcome.Messages.Count == 1
            ? messages.Message("the response", expected, Messages.Response(method, outcome.Messages[0]))
            : $"{outcome.Messages.Count} messages came and not 1";
    }

    private string? Responses(string method, JsonNode expected, CallOutcome outcome)
    {
        var came = outcome.Messages.Select(message => Messages.Response(method, message)).ToList();
        return Matcher.List("the responses", expected, came, messages.Message);
    }

    private string? Metadata(string what, JsonObject? expected, GrpcMetadata actual)
    {
        foreach (var (name, value) in expected ?? [])
        {
            var problem = (value, actual.GetAll(name).ToList()) switch
            {
                (null, []) => null,
                (null, _) => $"the {what} {name} is there and should be absent",
                (_, []) => $"the {what} {name} is absent",
                (JsonArray or JsonObject { Count: 1 }, var all) when !Values.IsOperation(value) =>
                    Matcher.List($"the {what} {name}", value, all, Single),
                var (one, all) => Single($"the {what} {name}", one, all[0]),
            };
            if (problem is not null)
                return problem;
        }

        return null;
    }

    private string? Single(string where, JsonNode expected, GrpcMetadataEntry entry) =>
        entry.IsBinary ? matcher.Bytes(where, expected, entry.Bytes) : matcher.Text(where, expected, entry.Text);
}
