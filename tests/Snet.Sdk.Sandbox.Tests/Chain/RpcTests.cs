using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Tests;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The node's JSON-RPC: its envelope, its blocks, its reading of state and its search for events.</summary>
internal sealed class RpcTests
{
    [TestCase("{", -32700, "parse error")]
    [TestCase("[]", -32600, "empty batch")]
    [TestCase("3", -32600, "invalid request")]
    [TestCase("""{"jsonrpc":"2.0","id":1}""", -32600, "invalid request")]
    [TestCase("""{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}""", -32601, "the method eth_nothing does not exist/is not available")]
    [TestCase("""{"jsonrpc":"2.0","id":1,"method":"eth_getBalance"}""", -32602, "missing value for required argument 0")]
    [TestCase("""{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x12"]}""", -32602, "invalid argument 0: hex string has wrong length for common.Address")]
    [TestCase("""{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{}}""", -32602, "non-array args")]
    public async Task Post_Mistaken_IsAnsweredAsByGeth(string body, int code, string message)
    {
        await using var node = await TestNode.StartAsync();

        var (status, text) = await node.PostAsync(body);

        status.ShouldBe(200);
        var error = JsonNode.Parse(text)!["error"]!;
        ((int)error["code"]!, (string)error["message"]!).ShouldBe((code, message));
    }

    [Test]
    public async Task Post_Batch_AnswersEachThatHasAnId()
    {
        await using var node = await TestNode.StartAsync();

        var (_, text) = await node.PostAsync(
            """[{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"net_version"}]""");

        JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse(
            """[{"jsonrpc":"2.0","id":"a","result":"0xaa36a7"},{"jsonrpc":"2.0","id":2,"result":"11155111"}]""")).ShouldBeTrue(text);
    }

    [Test]
    public async Task Post_NotJson_IsAnUnsupportedMediaType()
    {
        await using var node = await TestNode.StartAsync();

        (await node.PostAsync("{}", "text/plain")).Status.ShouldBe(415);
    }

    [Test]
    public async Task Mine_ExpirationsWorthOfBlocks_CostsNothing()
    {
        await using var node = await TestNode.StartAsync(new ManualTime());
        using var key = node.Fund();

        for (var i = 0; i < 1000; i++)
            node.Chain.Mine(40_320);
        var hash = await node.SendAsync(key, Network.Mpe, []);

        node.Chain.BlockNumber.ShouldBe(40_320_001);
        (await node.ReceiptAsync(hash)).GetProperty("blockNumber").GetString().ShouldBe(Hex.EncodeNumber(40_320_001));
    }

    [Test]
    public async Task Blocks_MinedAndFound_AreLinkedAndGoForwardInTime()
    {
        var time = new ManualTime();
        await using var node = await TestNode.StartAsync(time);
        node.Chain.Mine(5);
        time.Advance(TimeSpan.FromMinutes(1));
        node.Chain.Mine(3);

        var before = await node.ResultAsync("eth_getBlockByNumber", "0x0", false);
        for (var i = 1; i <= 8; i++)
        {
            var block = await node.ResultAsync("eth_getBlockByNumber", Hex.EncodeNumber(i), false);
            block.GetProperty("parentHash").GetString().ShouldBe(before.GetProperty("hash").GetString());
            Hex.DecodeNumber(block.GetProperty("timestamp").GetString()).ShouldBeGreaterThan(Hex.DecodeNumber(before.GetProperty("timestamp").GetString()));
            (await node.ResultAsync("eth_getBlockByHash", block.GetProperty("hash").GetString(), false)).GetRawText().ShouldBe(block.GetRawText());
            before = block;
        }

        Hex.DecodeNumber(before.GetProperty("timestamp").GetString()).ShouldBe(time.GetUtcNow().ToUnixTimeSeconds() + 2);
        (await node.ResultAsync("eth_getBlockByNumber", "0x9", false)).ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [TestCase("evm_mine", null, 1)]
    [TestCase("anvil_mine", null, 1)]
    [TestCase("anvil_mine", "0x10", 16)]
    public async Task Mine_OverTheWire_AddsBlocks(string method, string? count, long blocks)
    {
        await using var node = await TestNode.StartAsync();

        await node.AskAsync(method, count is null ? [] : [count]);

        (await node.NumberAsync("eth_blockNumber")).ShouldBe(blocks);
    }

    [Test]
    public async Task Call_AsOfAnOldBlock_SeesTheOldState()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        await node.SendAsync(key, Network.Token, TokenContract.Transfer.Encode(Network.Mpe, new BigInteger(1)));
        await node.SendAsync(key, Network.Token, TokenContract.Transfer.Encode(Network.Mpe, new BigInteger(2)));

        var call = TestNode.CallObject(Network.Token, Hex.Encode(TokenContract.BalanceOf.Encode(Network.Mpe)));
        var balances = new List<BigInteger>();
        foreach (var tag in new[] { "earliest", "0x1", "0x2", "latest" })
            balances.Add(await node.NumberAsync("eth_call", call.DeepClone(), tag));

        balances.ShouldBe([0, 1, 3, 3]);
        (await node.NumberAsync("eth_getTransactionCount", key.Address.ToString(), "0x1")).ShouldBe(1);
        (await node.ErrorAsync("eth_call", call, "0x3")).ShouldBe((-32000, "header not found", null));
    }

    [Test]
    public async Task Call_ThatWouldChange_ChangesNothing()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        var transfer = Hex.Encode(TokenContract.Transfer.Encode(Network.Mpe, new BigInteger(1)));
        (await node.CallAsync(Network.Token, transfer, key.Address)).ShouldEndWith("1");

        (await node.ReadAsync(Network.Token, TokenContract.BalanceOf, key.Address)).ShouldBe([TestNode.Thousand]);
    }

    [Test]
    public async Task Call_NoContractThere_AnswersNothing()
    {
        await using var node = await TestNode.StartAsync();

        (await node.CallAsync(default, "0x12345678")).ShouldBe("0x");
        (await node.ErrorAsync("eth_call", TestNode.CallObject(Network.Mpe, "0x12345678"), "latest")).ShouldBe((3, "execution reverted", "0x"));
        (await node.TextAsync("eth_getCode", default(EthereumAddress).ToString(), "latest")).ShouldBe("0x");
        foreach (var contract in new[] { Network.Token, Network.Mpe, Network.Registry })
            (await node.TextAsync("eth_getCode", contract.ToString(), "latest")).Length.ShouldBeGreaterThan(2);
    }

    [Test]
    public async Task EstimateGas_MoreThanTheAccountCanPay_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var key = PrivateKey.Create();
        node.Chain.Fund(key.Address, 0, 3_000);
        var call = TestNode.CallObject(Network.Token, Hex.Encode(TokenContract.Approve.Encode(Network.Mpe, new BigInteger(5))), key.Address);
        call["maxFeePerGas"] = "0x3";

        (await node.ErrorAsync("eth_estimateGas", call)).ShouldBe((-32000, "gas required exceeds allowance (1000)", null));
    }

    [Test]
    public async Task Deployment_ByItsHash_TellsWhereEventsBegin()
    {
        await using var node = await TestNode.StartAsync();

        var receipt = await node.ReceiptAsync("0x018377a246ca61de96d7566e9f29fd8b9234932ab6a7ffa7fb2c55f98cb019d6");

        receipt.GetProperty("blockNumber").GetString().ShouldBe("0x0");
        receipt.GetProperty("contractAddress").GetString().ShouldBe(Network.Mpe.ToLowerString());
    }

    [Test]
    public async Task FeeHistory_Asked_HasOneBaseFeeMoreThanBlocks()
    {
        await using var node = await TestNode.StartAsync();
        node.Chain.Mine(10);

        var history = await node.ResultAsync("eth_feeHistory", "0x4", "latest", new JsonArray(25, 75));

        history.GetProperty("oldestBlock").GetString().ShouldBe("0x7");
        history.GetProperty("baseFeePerGas").GetArrayLength().ShouldBe(5);
        history.GetProperty("gasUsedRatio").GetArrayLength().ShouldBe(4);
        history.GetProperty("reward")[3].GetArrayLength().ShouldBe(2);
    }

    [Test]
    public async Task GetLogs_Filtered_FindsByAddressTopicsAndBlocks()
    {
        await using var node = await TestNode.StartAsync();
        using var a = node.Fund();
        using var b = node.Fund();
        foreach (var key in new[] { a, b, a })
            await node.SendAsync(key, Network.Token, TokenContract.Transfer.Encode(b.Address, new BigInteger(1)));
        var (topicA, topicB) = (AbiEvent.Topic32("address", a.Address), AbiEvent.Topic32("address", b.Address));

        (await CountAsync(node, """{"fromBlock":"0x0"}""")).ShouldBe(3);
        (await CountAsync(node, """{}""")).ShouldBe(1);
        (await CountAsync(node, """{"fromBlock":"0x2","toBlock":"0x3"}""")).ShouldBe(2);
        (await CountAsync(node, $$"""{"fromBlock":"0x0","topics":[null,"{{topicA}}"]}""")).ShouldBe(2);
        (await CountAsync(node, $$"""{"fromBlock":"0x0","topics":[null,["{{topicA}}","{{topicB}}"],"{{topicB}}"]}""")).ShouldBe(3);
        (await CountAsync(node, $$"""{"fromBlock":"0x0","topics":[null,null,"{{topicA}}"]}""")).ShouldBe(0);
        (await CountAsync(node, """{"fromBlock":"0x0","topics":[null,null,null,null]}""")).ShouldBe(0);
        (await CountAsync(node, $$"""{"fromBlock":"0x0","address":"{{Network.Mpe}}"}""")).ShouldBe(0);
        (await CountAsync(node, $$"""{"fromBlock":"0x0","address":["{{Network.Mpe}}","{{Network.Token}}"]}""")).ShouldBe(3);
        var hash = (await node.ResultAsync("eth_getBlockByNumber", "0x2", false)).GetProperty("hash").GetString();
        (await CountAsync(node, $$"""{"blockHash":"{{hash}}"}""")).ShouldBe(1);
        (await node.ErrorAsync("eth_getLogs", JsonNode.Parse("""{"fromBlock":"0x3","toBlock":"0x2"}"""))).Message.ShouldBe("invalid block range params");
    }

    [Test]
    public async Task GetLogs_MoreBlocksThanAllowed_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        node.Chain.Mine(100);
        node.Chain.MaxLogRange = 50;

        (await CountAsync(node, """{"fromBlock":"0x33"}""")).ShouldBe(0);
        (await node.ErrorAsync("eth_getLogs", JsonNode.Parse("""{"fromBlock":"0x32"}"""))).ShouldBe((-32005, "query exceeds max block range 50", null));
    }

    [Test]
    public async Task Receipt_LogsBloom_HasTheBitsOfAddressAndTopics()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();

        var receipt = await node.ReceiptAsync(await node.SendAsync(key, Network.Token, TokenContract.Approve.Encode(Network.Mpe, BigInteger.One)));

        var bloom = new BigInteger(Hex.Decode(receipt.GetProperty("logsBloom").GetString()!), isUnsigned: true, isBigEndian: true);
        foreach (var item in receipt.GetProperty("logs")[0].GetProperty("topics").EnumerateArray().Select(t => t.GetString()!).Append(Network.Token.ToString()))
        {
            var hash = Keccak256.Hash(Hex.Decode(item));
            for (var i = 0; i < 6; i += 2)
                ((bloom >> (((hash[i] << 8) + hash[i + 1]) % 2048)) & 1).ShouldBe(1);
        }
    }

    [Test]
    public async Task Balances_AfterManyTransactions_AddUp()
    {
        await using var node = await TestNode.StartAsync();
        var keys = Enumerable.Range(0, 3).Select(_ => node.Fund()).ToArray();
        var random = new Random(20260101);
        var burnt = BigInteger.Zero;

        for (var i = 0; i < 60; i++)
        {
            var (key, other, amount) = (keys[random.Next(3)], keys[random.Next(3)], new BigInteger(random.Next(1, 50)));
            var (to, data) = random.Next(7) switch
            {
                0 => (Network.Token, TokenContract.Approve.Encode(Network.Mpe, amount)),
                1 => (Network.Mpe, EscrowContract.Deposit.Encode(amount)),
                2 => (Network.Mpe, EscrowContract.Withdraw.Encode(amount)),
                3 => (Network.Mpe, EscrowContract.Transfer.Encode(other.Address, amount)),
                4 => (Network.Mpe, EscrowContract.OpenChannel.Encode(key.Address, other.Address, new byte[32], amount, new BigInteger(node.Chain.BlockNumber + 2))),
                5 => (Network.Mpe, EscrowContract.ChannelAddFunds.Encode(BigInteger.Zero, amount)),
                _ => (Network.Mpe, EscrowContract.ChannelClaimTimeout.Encode(new BigInteger(random.Next(3)))),
            };
            var receipt = await node.ReceiptAsync(await node.SendAsync(key, to, data));
            burnt += Hex.DecodeNumber(receipt.GetProperty("gasUsed").GetString()) * Hex.DecodeNumber(receipt.GetProperty("effectiveGasPrice").GetString());
        }

        var (ether, wallets, escrow) = (BigInteger.Zero, BigInteger.Zero, BigInteger.Zero);
        foreach (var key in keys)
        {
            ether += await node.NumberAsync("eth_getBalance", key.Address.ToString(), "latest");
            wallets += (BigInteger)(await node.ReadAsync(Network.Token, TokenContract.BalanceOf, key.Address))[0];
            escrow += (BigInteger)(await node.ReadAsync(Network.Mpe, EscrowContract.Balances, key.Address))[0];
        }

        var channels = (BigInteger)(await node.ReadAsync(Network.Mpe, EscrowContract.NextChannelId))[0];
        channels.ShouldBeGreaterThan(0);
        for (var id = BigInteger.Zero; id < channels; id++)
            escrow += (BigInteger)(await node.ReadAsync(Network.Mpe, EscrowContract.Channels, id))[5];
        ether.ShouldBe((3 * TestNode.Thousand) - burnt);
        (await node.ReadAsync(Network.Token, TokenContract.BalanceOf, Network.Mpe)).ShouldBe([escrow]);
        (wallets + escrow).ShouldBe(3 * TestNode.Thousand);
    }

    private static async Task<int> CountAsync(TestNode node, string filter) =>
        (await node.ResultAsync("eth_getLogs", JsonNode.Parse(filter))).GetArrayLength();

    [Test]
    public async Task Lag_LastBlocksAreOutOfSight_ExceptForTheDaemon()
    {
        await using var node = await TestNode.StartAsync();
        using var key = node.Fund();
        var (address, filter) = (key.Address.ToLowerString(), new JsonObject { ["fromBlock"] = "0x0", ["toBlock"] = "latest" });
        node.Chain.Mine(10);
        var hash = await node.SendAsync(key, Network.Token, TokenContract.Approve.Encode(Network.Mpe, (BigInteger)5));
        var block = (await node.ResultAsync("eth_getBlockByNumber", "latest", false)).GetProperty("hash").GetString();

        using var lag = node.Chain.Faults.Lag(3);
        var later = (await node.ResultAsync("eth_getTransactionByHash", hash)).GetProperty("blockNumber").ValueKind;
        (await node.NumberAsync("eth_blockNumber")).ShouldBe(node.Chain.BlockNumber - 3);
        (await node.ResultAsync("eth_getTransactionReceipt", hash)).ValueKind.ShouldBe(JsonValueKind.Null);
        (await node.ResultAsync("eth_getBlockByHash", block, false)).ValueKind.ShouldBe(JsonValueKind.Null);
        (await node.ResultAsync("eth_getLogs", filter.DeepClone())).GetArrayLength().ShouldBe(0);
        (await node.NumberAsync("eth_getTransactionCount", address, "latest")).ShouldBe(0);
        (await node.NumberAsync("eth_getTransactionCount", address, "pending")).ShouldBe(1);
        (await node.ReadAsync(Network.Token, TokenContract.Allowance, key.Address, Network.Mpe)).ShouldBe([BigInteger.Zero]);
        (await node.ErrorAsync("eth_call", TestNode.CallObject(Network.Mpe, "0x"), Hex.EncodeNumber(node.Chain.BlockNumber))).Message.ShouldBe("header not found");
        later.ShouldBe(JsonValueKind.Null);

        node.Chain.Mine(3); // now it has heard of the transaction's block
        (await node.NumberAsync("eth_getTransactionCount", address, "latest")).ShouldBe(1);
        lag.Dispose();
        (await node.NumberAsync("eth_blockNumber")).ShouldBe(node.Chain.BlockNumber);
        (await node.ResultAsync("eth_getLogs", filter.DeepClone())).GetArrayLength().ShouldBe(1);
        lag.Struck.ShouldBe(10);
    }
}
