using System.Net.Http.Headers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A chain of the sandbox, seen over its wire and by nothing else.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    /// <summary>A thousand tokens in cogs; as many ether in wei.</summary>
    public static readonly BigInteger Thousand = BigInteger.Pow(10, 21);

    private readonly HttpClient _http = new();

    private TestNode(SandboxChain chain) => Chain = chain;

    public SandboxChain Chain { get; }

    public static async Task<TestNode> StartAsync(TimeProvider? time = null) =>
        new(await SandboxChain.StartAsync(time ?? TimeProvider.System, CancellationToken.None));

    /// <summary>Makes a key whose account holds tokens and ether.</summary>
    public PrivateKey Fund(PrivateKey? key = null)
    {
        key ??= PrivateKey.Create();
        Chain.Fund(key.Address, Thousand, Thousand);
        return key;
    }

    public async Task<JsonElement> ResultAsync(string method, params JsonNode?[] parameters)
    {
        var answer = await AskAsync(method, parameters);
        return answer.TryGetProperty("result", out var result)
            ? result
            : throw new InvalidOperationException($"{method}: {answer.GetProperty("error").GetProperty("message").GetString()}");
    }

    public async Task<(int Code, string Message, string? Data)> ErrorAsync(string method, params JsonNode?[] parameters)
    {
        var error = (await AskAsync(method, parameters)).GetProperty("error");
        return (error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!,
            error.TryGetProperty("data", out var data) ? data.GetString() : null);
    }

    public async Task<BigInteger> NumberAsync(string method, params JsonNode?[] parameters) =>
        Hex.DecodeNumber((await ResultAsync(method, parameters)).GetString());

    public Task<string> CallAsync(EthereumAddress to, string data, EthereumAddress from = default) =>
        TextAsync("eth_call", CallObject(to, data, from), "latest");

    public async Task<object[]> ReadAsync(EthereumAddress to, AbiFunction function, params object[] arguments) =>
        function.Decode(Hex.Decode(await CallAsync(to, Hex.Encode(function.Encode(arguments)))));

    public async Task<string> TextAsync(string method, params JsonNode?[] parameters) => (await ResultAsync(method, parameters)).GetString()!;

    public static JsonObject CallObject(EthereumAddress to, string data, EthereumAddress from = default) =>
        new() { ["to"] = to.ToLowerString(), ["data"] = data, ["from"] = from.ToLowerString() };

    /// <summary>Signs and sends a call of a contract; gives the hash.</summary>
    public async Task<string> SendAsync(PrivateKey key, EthereumAddress to, byte[] data, Func<Transaction, Transaction>? change = null) =>
        await TextAsync("eth_sendRawTransaction", await SignAsync(key, to, data, change));

    public async Task<string> SignAsync(PrivateKey key, EthereumAddress to, byte[] data, Func<Transaction, Transaction>? change = null)
    {
        var nonce = await NumberAsync("eth_getTransactionCount", key.Address.ToString(), "latest");
        var transaction = new Transaction(11155111, nonce, 1_000_000_000, 3_000_000_000, 500_000, to, 0, data);
        transaction = change?.Invoke(transaction) ?? transaction;
        return Hex.Encode(transaction.EncodeSigned(key.SignHash(Keccak256.Hash(transaction.EncodeUnsigned()))));
    }

    public Task<JsonElement> ReceiptAsync(string hash) => ResultAsync("eth_getTransactionReceipt", hash);

    public async Task<JsonElement> AskAsync(string method, params JsonNode?[] parameters)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 7, ["method"] = method, ["params"] = new JsonArray(parameters) };
        var (_, text) = await PostAsync(request.ToJsonString());
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<(int Status, string Text)> PostAsync(string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        using var response = await _http.PostAsync(Chain.Endpoint, content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Chain.DisposeAsync();
    }
}
