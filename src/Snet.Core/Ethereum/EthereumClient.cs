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

    /// <summary>Gives the chain's id, its latest block, and one earlier block, in one request where the node takes batches.</summary>
    /// <param name="earlier">The earlier block's number; null for none.</param>
    /// <param name="transaction">The hash of a transaction whose block is wanted, too; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<ChainView> LookAsync(BigInteger? earlier, string? transaction, CancellationToken cancellationToken)
    {
        List<RpcCall> calls = [new("eth_chainId", []), new("eth_getBlockByNumber", ["latest", false])];
        if (earlier is { } number)
            calls.Add(new RpcCall("eth_getBlockByNumber", [Hex.EncodeNumber(number), false]));
        if (transaction is not null)
            calls.Add(new RpcCall("eth_getTransactionReceipt", [transaction]));
        var answers = await rpc.ReadManyAsync(calls, cancellationToken).ConfigureAwait(false);
        var head = answers[1];
        return new ChainView(
            Number(answers[0]), Number(Member(head, "number")), Text(Member(head, "parentHash")),
            earlier is null || answers[2].ValueKind != JsonValueKind.Object ? null : Text(Member(answers[2], "hash")),
            transaction is null || answers[^1].ValueKind != JsonValueKind.Object ? null : Number(Member(answers[^1], "blockNumber")));
    }

    /// <summary>Reads a contract with several arguments, in one request where the node takes batches.</summary>
    /// <exception cref="FormatException">An answer is not the function's.</exception>
    /// <exception cref="JsonRpcException">The node refused or did not answer.</exception>
    public async Task<IReadOnlyList<object[]>> CallManyAsync(
        EthereumAddress contract, AbiFunction function, IEnumerable<object[]> arguments, CancellationToken cancellationToken)
    {
        var calls = arguments.Select(a => new RpcCall("eth_call", [new JsonObject { ["to"] = Text(contract), ["data"] = Hex.Encode(function.Encode(a)) }, "latest"]));
        var answers = await rpc.ReadManyAsync([.. calls], cancellationToken).ConfigureAwait(false);
        return [.. answers.Select(answer => function.Decode(Data(answer)))];
    }

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

    /// <summary>Gives the tip that the node suggests, in wei for each unit of gas; one gwei where it does not know the question.</summary>
    public async Task<BigInteger> GetPriorityFeeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Number(await rpc.ReadAsync("eth_maxPriorityFeePerGas", [], cancellationToken).ConfigureAwait(false));
        }
        catch (JsonRpcException e) when (e.Code == JsonRpcClient.MethodNotFound)
        {
            return 1_000_000_000;
        }
    }

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
    /// <param name="toBlock">The last block, inclusive; null for the latest.</param>
    /// <param name="isHeavy">Whether it may be too much for a node, so that no answer is taken as such and not repeated.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<IReadOnlyList<EthereumLog>> GetLogsAsync(
        EthereumAddress contract, IReadOnlyList<string?> topics, BigInteger fromBlock, BigInteger? toBlock, bool isHeavy, CancellationToken cancellationToken)
    {
        var filter = new JsonObject
        {
            ["address"] = Text(contract),
            ["topics"] = new JsonArray([.. topics.Select(topic => (JsonNode?)topic)]),
            ["fromBlock"] = Hex.EncodeNumber(fromBlock),
            ["toBlock"] = toBlock is { } last ? Hex.EncodeNumber(last) : "latest",
        };
        var answer = await rpc.ReadAsync(JsonRpcClient.GetLogs, [filter], isHeavy, cancellationToken).ConfigureAwait(false);
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

/// <summary>The chain at one moment.</summary>
/// <param name="ChainId">Its id.</param>
/// <param name="Head">The latest block's number.</param>
/// <param name="ParentHash">The hash of the block before it.</param>
/// <param name="EarlierHash">The hash of the earlier block that was asked for; null when the chain has no such block, or none was asked for.</param>
/// <param name="TransactionBlock">The block of the transaction that was asked for; null when it is in none, or none was asked for.</param>
internal sealed record ChainView(BigInteger ChainId, BigInteger Head, string ParentHash, string? EarlierHash, BigInteger? TransactionBlock);
