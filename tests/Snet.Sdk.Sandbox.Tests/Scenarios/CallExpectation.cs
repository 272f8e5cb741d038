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
            ?? (members.Take("message") is { } text ? matcher.Text("the message", text, outcome.Text) : null)
            ?? Response(method, members.Take("response"), outcome)
            ?? Responses(method, members.Take("responses"), outcome)
            ?? Metadata("header", members.Take("headers") as JsonObject, outcome.Headers)
            ?? Metadata("trailer", members.Take("trailers") as JsonObject, outcome.Trailers);
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

    private string? Response(string method, JsonNode? expected, CallOutcome outcome)
    {
        if (expected is null)
            return null;
        return outcome.Messages.Count == 1
            ? messages.Message("the response", expected, Messages.Response(method, outcome.Messages[0]))
            : $"{outcome.Messages.Count} messages came and not 1";
    }

    private string? Responses(string method, JsonNode? expected, CallOutcome outcome)
    {
        if (expected is null)
            return null;
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
                var (one, all) when all[0].IsBinary => matcher.Bytes($"the {what} {name}", one, all[0].Bytes),
                var (one, all) => matcher.Text($"the {what} {name}", one, all[0].Text),
            };
            if (problem is not null)
                return problem;
        }

        return null;
    }
}
