using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Turns the JSON values of a scenario into what they stand for.</summary>
internal sealed class Values(Variables variables, Actors actors)
{
    /// <summary>Gives a value: text, number, bytes or JSON.</summary>
    public object Any(JsonNode node) => node switch
    {
        JsonObject json => Operation(json) ?? Json(json)!,
        JsonArray list => Json(list)!,
        _ when node.GetValueKind() == JsonValueKind.String => variables.Evaluate(node.GetValue<string>()),
        _ when BigInteger.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => node.DeepClone(), // true, false, and numbers with a point
    };

    /// <summary>Gives a text; numbers in decimal, bytes in base64.</summary>
    public string Text(JsonNode node) => Variables.AsText(Any(node));

    /// <summary>Gives a whole number, written as number, text or variable.</summary>
    public BigInteger Number(JsonNode node) =>
        BigInteger.TryParse(Text(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ScenarioException($"'{Text(node)}' is no whole number");

    /// <summary>Gives bytes: a variable that holds bytes, an operation, or base64.</summary>
    public byte[] Bytes(JsonNode node) => Any(node) switch
    {
        byte[] bytes => bytes,
        string text => Base64(text),
        _ => throw new ScenarioException($"{node.ToJsonString()} holds no bytes"),
    };

    /// <summary>Gives an address: an actor's name, or the text of one.</summary>
    public EthereumAddress Address(JsonNode node)
    {
        var text = Text(node);
        if (actors.Find(text) is { } actor)
            return actor.Address;
        return EthereumAddress.TryParse(text, out var address) ? address : throw new ScenarioException($"'{text}' is no address");
    }

    /// <summary>Gives a block number: <c>+N</c> counts from the latest block.</summary>
    public BigInteger Block(JsonNode node)
    {
        var text = Text(node);
        return text.StartsWith('+') ? variables.Block + Number(text[1..]) : Number(text);
    }

    /// <summary>Gives JSON in which everything is filled in: bytes are base64, numbers of variables are text.</summary>
    public JsonNode? Json(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json when Operation(json) is { } value:
                return Plain(value);
            case JsonObject json:
                return new JsonObject(json.Select(member => KeyValuePair.Create(member.Key, Json(member.Value))));
            case JsonArray list:
                return new JsonArray([.. list.Select(Json)]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return Plain(variables.Evaluate(text));
            default:
                return node?.DeepClone();
        }
    }

    private static JsonNode? Plain(object value) => value is JsonNode json ? json.DeepClone() : Variables.AsText(value);

    /// <summary>Whether a node is an object with one member whose name begins with $ and which stands for a value.</summary>
    public static bool IsOperation(JsonNode? node) =>
        node is JsonObject { Count: 1 } json && json.First().Key is ['$', ..] and not ("$contains" or "$lacks");

    // Null when it is an ordinary object.
    private object? Operation(JsonObject json)
    {
        if (!IsOperation(json))
            return null;
        var (name, argument) = (json.First().Key, json.First().Value!);
        return name switch
        {
            "$base64" => Base64(Text(argument)),
            "$utf8" => Encoding.UTF8.GetBytes(Text(argument)),
            "$zeros" => new byte[(int)Number(argument)],
            "$uint256" => BigEndian.Write32(Number(argument)),
            "$repeat" when argument is JsonArray { Count: 2 } pair => Repeat(Text(pair[0]!), (int)Number(pair[1]!)),
            _ => throw new ScenarioException($"'{name}' is an operation that the replayer does not know"),
        };
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private static byte[] Base64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw new ScenarioException($"'{text}' is no base64", e);
        }
    }
}
