using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Snet.Ethereum;

/// <summary>The few questions that the SDK asks a node, with typed answers.</summary>
/// <remarks>
/// Each method throws <see cref="JsonRpcException"/> when the node refuses or does not answer,
/// and <see cref="FormatException"/> when its answer makes no sense.
/// </remarks>
internal sealed class EthereumClient(JsonRpcClient rpc)
{
    /// <summary>Gives the chain's id.</summary>
    public async Task<BigInteger> GetChainIdAsync(CancellationToken cancellationToken) =>
        Number(await rpc.ReadAsync("eth_chainId", [], cancellationToken).ConfigureAwait(false));

    /// <summary>Gives the latest block's number.</summary>
    public async Task<BigInteger> GetBlockNumberAsync(CancellationToken cancellationToken) =>
        Number(await rpc.ReadAsync("eth_blockNumber", [], cancellationToken).ConfigureAwait(false));

    /// <summary>Gives an account's ether, in wei.</summary>
    public async Task<BigInteger> GetBalanceAsync(EthereumAddress account, CancellationToken cancellationToken) =>
        Number(await rpc.ReadAsync("eth_getBalance", [Text(account), "latest"], cancellationToken).ConfigureAwait(false));

    /// <summary>Gives the nonce of an account's next transaction, those under way counted; 0 for a new account.</summary>
    public async Task<BigInteger> GetNextNonceAsync(EthereumAddress account, CancellationToken cancellationToken) =>
        Number(await rpc.ReadAsync("eth_getTransactionCount", [Text(account), "pending"], cancellationToken).ConfigureAwait(false));

    /// <summary>Gives how many transactions of an account are in blocks.</summary>
    public async Task<BigInteger> GetNonceAsync(EthereumAddress account, CancellationToken cancellationToken) =>
        Number(await rpc.ReadAsync("eth_getTransactionCount", [Text(account), "latest"], cancellationToken).ConfigureAwait(false));

    /// <summary>Reads a contract.</summary>
    /// <exception cref="FormatException">The answer is not the function's; no contract at the address, for instance.</exception>
    /// <exception cref="JsonRpcException">The node refused or did not answer.</exception>
    public async Task<object[]> CallAsync(
        EthereumAddress contract, AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        var call = new JsonObject { ["to"] = Text(contract), ["data"] = Hex.Encode(function.Encode(arguments)) };
        var answer = await rpc.ReadAsync("eth_call", [call, "latest"], cancellationToken).ConfigureAwait(false);
        return function.Decode(Data(answer));
    }

    /// <summary>Estimates the gas of a transaction.</summary>
    /// <exception cref="JsonRpcException">It would be reverted (see <see cref="RevertReason"/>), or the node did not answer.</exception>
    public async Task<BigInteger> EstimateGasAsync(
        EthereumAddress from, EthereumAddress to, byte[] data, BigInteger value, CancellationToken cancellationToken) =>
        Number(await rpc.ReadAsync("eth_estimateGas", [CallObject(from, to, data, value)], cancellationToken).ConfigureAwait(false));

    /// <summary>Runs a transaction's call again, to learn why it was reverted.</summary>
    public Task ReplayAsync(EthereumAddress from, Transaction transaction, BigInteger block, CancellationToken cancellationToken) =>
        rpc.ReadAsync(
            "eth_call",
            [CallObject(from, transaction.To, transaction.Data, transaction.Value), Hex.EncodeNumber(block)],
            cancellationToken);

    /// <summary>Gives the latest block's base fee, in wei for each unit of gas.</summary>
    public async Task<BigInteger> GetBaseFeeAsync(CancellationToken cancellationToken)
    {
        var block = await rpc.ReadAsync("eth_getBlockByNumber", ["latest", false], cancellationToken).ConfigureAwait(false);
        return block.ValueKind == JsonValueKind.Object && block.TryGetProperty("baseFeePerGas", out var fee)
            ? Number(fee)
            : throw new FormatException("The node's latest block has no base fee: the chain does not know EIP-1559.");
    }

    /// <summary>Gives the tip that the node suggests, in wei for each unit of gas.</summary>
    public async Task<BigInteger> GetPriorityFeeAsync(CancellationToken cancellationToken) =>
        Number(await rpc.ReadAsync("eth_maxPriorityFeePerGas", [], cancellationToken).ConfigureAwait(false));

    /// <summary>Sends a signed transaction, once.</summary>
    public async Task SendRawTransactionAsync(byte[] signed, CancellationToken cancellationToken) =>
        await rpc.SendAsync("eth_sendRawTransaction", [Hex.Encode(signed)], cancellationToken).ConfigureAwait(false);

    /// <summary>Whether the node knows a transaction, mined or not.</summary>
    public async Task<bool> KnowsTransactionAsync(string hash, CancellationToken cancellationToken) =>
        (await rpc.ReadAsync("eth_getTransactionByHash", [hash], cancellationToken).ConfigureAwait(false)).ValueKind == JsonValueKind.Object;

    /// <summary>Gives a transaction's receipt, or null while it is not in a block.</summary>
    public async Task<TransactionReceipt?> GetReceiptAsync(string hash, CancellationToken cancellationToken)
    {
        var answer = await rpc.ReadAsync("eth_getTransactionReceipt", [hash], cancellationToken).ConfigureAwait(false);
        if (answer.ValueKind != JsonValueKind.Object)
            return null;
        return new TransactionReceipt(
            hash,
            Number(Member(answer, "blockNumber")),
            Number(Member(answer, "status")).IsOne,
            Number(Member(answer, "gasUsed")),
            answer.TryGetProperty("effectiveGasPrice", out var price) ? Number(price) : BigInteger.Zero,
            ReadLogs(Member(answer, "logs")));
    }

    /// <summary>Finds logs.</summary>
    /// <param name="contract">Whose logs.</param>
    /// <param name="topics">What each topic must be; null for any.</param>
    /// <param name="fromBlock">The first block, inclusive.</param>
    /// <param name="toBlock">The last block, inclusive.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<IReadOnlyList<EthereumLog>> GetLogsAsync(
        EthereumAddress contract, IReadOnlyList<string?> topics, BigInteger fromBlock, BigInteger toBlock, CancellationToken cancellationToken)
    {
        var filter = new JsonObject
        {
            ["address"] = Text(contract),
            ["topics"] = new JsonArray([.. topics.Select(topic => (JsonNode?)topic)]),
            ["fromBlock"] = Hex.EncodeNumber(fromBlock),
            ["toBlock"] = Hex.EncodeNumber(toBlock),
        };
        var answer = await rpc.ReadAsync("eth_getLogs", [filter], cancellationToken).ConfigureAwait(false);
        return ReadLogs(answer);
    }

    private static JsonObject CallObject(EthereumAddress from, EthereumAddress to, byte[] data, BigInteger value) => new()
    {
        ["from"] = Text(from), ["to"] = Text(to), ["data"] = Hex.Encode(data), ["value"] = Hex.EncodeNumber(value),
    };

    private static EthereumLog[] ReadLogs(JsonElement logs) => [.. Items(logs).Select(log => new EthereumLog(
        EthereumAddress.Parse(Text(Member(log, "address"))),
        [.. Items(Member(log, "topics")).Select(Text)],
        Data(Member(log, "data")),
        Number(Member(log, "blockNumber"))))];

    private static string Text(EthereumAddress address) => address.ToLowerString();

    private static JsonElement Member(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member)
        ? member
        : throw new FormatException($"The node's answer has no {name}.");

    private static JsonElement.ArrayEnumerator Items(JsonElement list) => list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray()
        : throw new FormatException("The node's answer is no list.");

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new FormatException("The node's answer is no text.");

    private static BigInteger Number(JsonElement value) => Hex.DecodeNumber(Text(value));

    private static byte[] Data(JsonElement value) => Hex.Decode(Text(value));
}
