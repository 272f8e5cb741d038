using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>Blocks, transactions, receipts and logs as nodes write them.</summary>
internal static class RpcJson
{
    private static readonly string Zero32 = Hex.Encode(new byte[32]);
    private static readonly string ZeroAddress = default(EthereumAddress).ToLowerString();
    private static readonly string NoUncles = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"; // keccak of an empty RLP list

    /// <summary>Gives the gas that a block's transactions used.</summary>
    public static long GasUsed(Ledger ledger, long block) => ledger.TransactionsOf(block) is [.., var last] ? last.CumulativeGas : 0;

    public static JsonObject Block(Ledger ledger, long number, bool whole)
    {
        var transactions = ledger.TransactionsOf(number);
        return new JsonObject
        {
            ["number"] = Quantity(number),
            ["hash"] = ledger.Clock.HashOf(number),
            ["parentHash"] = number == 0 ? Zero32 : ledger.Clock.HashOf(number - 1),
            ["timestamp"] = Quantity(ledger.Clock.TimeOf(number)),
            ["baseFeePerGas"] = Quantity(Ledger.BaseFee),
            ["gasLimit"] = Quantity(GasMeter.BlockLimit),
            ["gasUsed"] = Quantity(GasUsed(ledger, number)),
            ["transactions"] = new JsonArray([.. transactions.Select(mined =>
                whole ? Transaction(ledger, mined) : (JsonNode)JsonValue.Create(mined.Transaction.Hash))]),
            ["logsBloom"] = Bloom(transactions.SelectMany(mined => mined.Logs)),
            ["miner"] = ZeroAddress, ["difficulty"] = "0x0", ["nonce"] = "0x0000000000000000", ["mixHash"] = Zero32, ["extraData"] = "0x", ["size"] = "0x220",
            ["sha3Uncles"] = NoUncles, ["stateRoot"] = Zero32, ["transactionsRoot"] = Zero32, ["receiptsRoot"] = Zero32, ["uncles"] = new JsonArray(),
        };
    }

    public static JsonObject Transaction(Ledger ledger, MinedTransaction mined)
    {
        var json = Transaction(mined.Transaction);
        json["blockHash"] = ledger.Clock.HashOf(mined.Block);
        json["blockNumber"] = Quantity(mined.Block);
        json["transactionIndex"] = Quantity(mined.Index);
        json["gasPrice"] = Quantity(mined.GasPrice);
        return json;
    }

    /// <summary>Writes a transaction that waits for its block.</summary>
    public static JsonObject Transaction(SignedTransaction transaction)
    {
        var json = new JsonObject
        {
            ["hash"] = transaction.Hash, ["type"] = Quantity(transaction.Type), ["chainId"] = Quantity(transaction.ChainId),
            ["from"] = transaction.From.ToLowerString(), ["to"] = transaction.To.ToLowerString(),
            ["nonce"] = Quantity(transaction.Nonce), ["gas"] = Quantity(transaction.GasLimit), ["gasPrice"] = Quantity(transaction.MaxFee),
            ["value"] = Quantity(transaction.Value), ["input"] = Hex.Encode(transaction.Data),
            ["v"] = Quantity(transaction.V), ["r"] = Quantity(transaction.R), ["s"] = Quantity(transaction.S),
            ["blockHash"] = null, ["blockNumber"] = null, ["transactionIndex"] = null,
        };
        if (transaction.Type == 2)
        {
            json["maxFeePerGas"] = Quantity(transaction.MaxFee);
            json["maxPriorityFeePerGas"] = Quantity(transaction.MaxTip);
            json["accessList"] = new JsonArray();
            json["yParity"] = Quantity(transaction.V);
        }

        return json;
    }

    public static JsonObject Receipt(Ledger ledger, MinedTransaction mined) => new()
    {
        ["transactionHash"] = mined.Transaction.Hash, ["transactionIndex"] = Quantity(mined.Index),
        ["blockHash"] = ledger.Clock.HashOf(mined.Block), ["blockNumber"] = Quantity(mined.Block),
        ["from"] = mined.Transaction.From.ToLowerString(), ["to"] = mined.Transaction.To.ToLowerString(), ["contractAddress"] = null,
        ["status"] = mined.Succeeded ? "0x1" : "0x0", ["type"] = Quantity(mined.Transaction.Type),
        ["gasUsed"] = Quantity(mined.GasUsed), ["cumulativeGasUsed"] = Quantity(mined.CumulativeGas), ["effectiveGasPrice"] = Quantity(mined.GasPrice),
        ["logs"] = new JsonArray([.. mined.Logs.Select((_, i) => Log(ledger, mined, i))]), ["logsBloom"] = Bloom(mined.Logs),
    };

    /// <summary>Writes the receipt of the transaction that made a contract, in block 0.</summary>
    public static JsonObject Deployment(Ledger ledger, string hash, EthereumAddress contract) => new()
    {
        ["transactionHash"] = hash, ["transactionIndex"] = "0x0", ["blockHash"] = ledger.Clock.HashOf(0), ["blockNumber"] = "0x0",
        ["from"] = ZeroAddress, ["to"] = null, ["contractAddress"] = contract.ToLowerString(), ["status"] = "0x1", ["type"] = "0x2",
        ["gasUsed"] = "0x0", ["cumulativeGasUsed"] = "0x0", ["effectiveGasPrice"] = Quantity(Ledger.BaseFee),
        ["logs"] = new JsonArray(), ["logsBloom"] = Bloom([]),
    };

    public static JsonObject Log(Ledger ledger, MinedTransaction mined, int index)
    {
        var log = mined.Logs[index];
        return new JsonObject
        {
            ["address"] = log.Contract.ToLowerString(),
            ["topics"] = new JsonArray([.. log.Topics.Select(topic => (JsonNode)JsonValue.Create(topic))]),
            ["data"] = Hex.Encode(log.Data),
            ["blockNumber"] = Quantity(mined.Block), ["blockHash"] = ledger.Clock.HashOf(mined.Block),
            ["transactionHash"] = mined.Transaction.Hash, ["transactionIndex"] = Quantity(mined.Index),
            ["logIndex"] = Quantity(mined.FirstLogIndex + index), ["removed"] = false,
        };
    }

    // Three bits of 2048 for each address and topic, by the first three pairs of bytes of its hash (Yellow Paper, 4.3.1).
    private static string Bloom(IEnumerable<EmittedLog> logs)
    {
        var bits = new byte[256];
        foreach (var item in logs.SelectMany(log => log.Topics.Select(Hex.Decode).Prepend(log.Contract.ToByteArray())))
        {
            var hash = Keccak256.Hash(item);
            for (var i = 0; i < 6; i += 2)
            {
                var bit = ((hash[i] << 8) | hash[i + 1]) & 2047;
                bits[255 - (bit >> 3)] |= (byte)(1 << (bit & 7));
            }
        }

        return Hex.Encode(bits);
    }

    private static string Quantity(BigInteger value) => Hex.EncodeNumber(value);
}
