using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Tests;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>
/// Plays on a fresh chain the transactions that were executed on a real node with the real contracts, byte for byte, and holds every answer, refusal and
/// event that was recorded there against ours.
/// </summary>
internal sealed class RealHistoryTests
{
    // The transactions in the order in which they were executed, and the recorded answers between them.
    private static readonly (string Transaction, string[] Before)[] History =
    [
        ("approve", [
            "token_decimals", "token_symbol", "token_name", "token_total_supply", "token_balance_of_sender", "token_allowance_before_approve", "mpe_token",
            "mpe_next_channel_id_empty", "mpe_channel_that_does_not_exist_is_all_zero", "mpe_balance_zero", "registry_unknown_organization",
            "registry_unknown_service", "registry_services_of_unknown_organization", "registry_supports_interface", "deposit_without_allowance",
            "open_channel_without_escrow_balance", "register_service_in_unknown_organization"]),
        ("deposit", ["token_allowance_after_approve", "deposit_returns_true"]),
        ("openChannel", []),
        ("depositAndOpenChannel", []),
        ("channelExtend", []),
        ("channelAddFunds", []),
        ("channelExtendAndAddFunds", []),
        ("channelClaim_keep", [
            "mpe_channel_0_open", "mpe_channel_1_open", "mpe_balance_of_sender", "mpe_next_channel_id_two", "claim_signed_by_a_stranger",
            "claim_sent_by_someone_who_is_not_the_recipient", "claim_above_channel_value", "claim_actual_above_planned",
            "claim_with_v_0_or_1_instead_of_27_or_28", "claim_for_a_nonce_that_is_not_current", "extend_by_a_stranger", "extend_to_an_earlier_block",
            "add_funds_without_escrow_balance", "timeout_claim_too_early", "timeout_claim_by_a_stranger", "withdraw_above_balance"]),
        ("channelClaim_sendback_with_actual_below_planned", ["mpe_channel_0_after_claim_keep", "replay_of_a_claimed_signature"]),
        ("approve_by_third_party", ["mpe_channel_0_after_claim_sendback"]),
        ("deposit_by_third_party", []),
        ("openChannelByThirdParty", []),
        ("multiChannelClaim", ["mpe_used_message"]),
        ("channelClaimTimeout", ["mpe_channel_2_after_multi_claim"]),
        ("withdraw", ["mpe_channel_1_after_timeout_claim"]),
        ("mpe_transfer", []),
        ("createOrganization", []),
        ("createServiceRegistration", []),
        ("updateServiceRegistration", []),
        ("", ["registry_list_organizations", "registry_organization", "registry_services", "registry_service"]),
    ];

    private readonly Dictionary<string, JsonElement> _transactions = Executed().ToDictionary(t => t.GetProperty("name").GetString()!);
    private readonly Dictionary<string, JsonElement> _returns = Named("abi_returns.json", "results");
    private readonly Dictionary<string, JsonElement> _reverts = Named("abi_reverts.json", "reverts");

    [Test]
    public async Task RealTransactions_InTheirOrder_EveryAnswerAndRefusalIsTheRecordedOne()
    {
        await using var node = await StartAsync();

        foreach (var (transaction, before) in History)
        {
            foreach (var name in before)
                await CheckAsync(node, name);
            if (transaction.Length > 0)
                await ExecuteAsync(node, _transactions[transaction]);
        }

        // Nothing of the files was left out.
        History.SelectMany(step => step.Before).Order().ShouldBe(_returns.Keys.Concat(_reverts.Keys).Order());
        History.Select(step => step.Transaction).Where(name => name.Length > 0).Order().ShouldBe(_transactions.Keys.Order());
    }

    [Test]
    public async Task RealTransactions_InTheirOrder_LogsAreTheRecordedOnes()
    {
        await using var node = await StartAsync();
        foreach (var step in History.Where(step => step.Transaction.Length > 0))
            await ExecuteAsync(node, _transactions[step.Transaction]);

        var filter = new JsonObject { ["fromBlock"] = "earliest", ["address"] = new JsonArray(Network.Mpe.ToString(), Network.Registry.ToString()) };
        var logs = await node.ResultAsync("eth_getLogs", filter);

        static string Show(JsonElement log) => string.Join('\n', log.GetProperty("topics").EnumerateArray().Select(topic => topic.GetString())
            .Prepend(log.GetProperty("address").GetString()!.ToLowerInvariant()).Append(log.GetProperty("data").GetString()));
        var vectors = TestData.Vectors("events.json");
        logs.EnumerateArray().Select(Show).ShouldBe(vectors.GetProperty("logs").EnumerateArray().Select(Show));

        var own = JsonNode.Parse(vectors.GetProperty("own_channels_filter").GetProperty("filter").GetRawText())!.AsObject();
        own["fromBlock"] = "0x0";
        (await node.ResultAsync("eth_getLogs", own)).GetArrayLength().ShouldBe(3);
    }

    [Test]
    public async Task RealTransactions_EachSendersInReverse_WaitForTheirNonces()
    {
        await using var node = await StartAsync();

        var transactions = Executed().Where(t => t.GetProperty("signer_key").GetString() == "sender").Where(t => Nonce(t) <= 6).OrderByDescending(Nonce).ToArray();
        foreach (var transaction in transactions)
            await node.TextAsync("eth_sendRawTransaction", transaction.GetProperty("raw").GetString());

        foreach (var transaction in transactions)
            (await node.ReceiptAsync(transaction.GetProperty("hash").GetString()!)).GetProperty("status").GetString().ShouldBe("0x1");
        await CheckAsync(node, "mpe_channel_0_open");
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync();
        var keys = TestData.Vectors("keys.json").GetProperty("keys").EnumerateArray()
            .ToDictionary(key => key.GetProperty("name").GetString()!, key => EthereumAddress.Parse(key.GetProperty("address_eip55").GetString()!));
        node.Chain.Fund(keys["sender"], TestNode.Thousand, TestNode.Thousand);
        node.Chain.Fund(keys["third_party"], TestNode.Thousand, TestNode.Thousand);
        node.Chain.Fund(keys["recipient"], 0, TestNode.Thousand);
        return node;
    }

    // As the real node did: hash and sender found, carried out, and for less than the gas that clients of the platform send along.
    private static async Task ExecuteAsync(TestNode node, JsonElement transaction)
    {
        if (transaction.GetProperty("name").GetString() == "channelClaimTimeout")
            node.Chain.Mine(1005);
        var fields = transaction.GetProperty("fields");
        var call = TestNode.CallObject(
            EthereumAddress.Parse(fields.GetProperty("to").GetString()!), fields.GetProperty("data").GetString()!,
            EthereumAddress.Parse(transaction.GetProperty("from").GetString()!));
        var estimate = await node.NumberAsync("eth_estimateGas", call);

        var hash = await node.TextAsync("eth_sendRawTransaction", transaction.GetProperty("raw").GetString());

        hash.ShouldBe(transaction.GetProperty("hash").GetString());
        var receipt = await node.ReceiptAsync(hash);
        receipt.GetProperty("status").GetString().ShouldBe("0x1");
        receipt.GetProperty("from").GetString().ShouldBe(transaction.GetProperty("from").GetString()!.ToLowerInvariant());
        Hex.DecodeNumber(receipt.GetProperty("gasUsed").GetString()).ShouldBe(estimate);
        (estimate < 300_000).ShouldBe(transaction.GetProperty("name").GetString() != "createOrganization"); // the only one that needs more (protocol i.2)
        var found = await node.ResultAsync("eth_getTransactionByHash", hash);
        found.GetProperty("input").GetString().ShouldBe(fields.GetProperty("data").GetString());
        Hex.DecodeNumber(found.GetProperty("nonce").GetString()).ShouldBe(Nonce(transaction));
    }

    private async Task CheckAsync(TestNode node, string name)
    {
        if (_returns.TryGetValue(name, out var result))
        {
            var from = name == "deposit_returns_true" ? _transactions["deposit"].GetProperty("from").GetString()! : default(EthereumAddress).ToString();
            var answer = await node.CallAsync(
                ContractOf(result.GetProperty("contract").GetString()!), result.GetProperty("call_data").GetString()!, EthereumAddress.Parse(from));
            answer.ShouldBe(result.GetProperty("return_data").GetString(), name);
            return;
        }

        var revert = _reverts[name];
        var to = revert.GetProperty("function").GetString()!.Contains("Registration", StringComparison.Ordinal) ? Network.Registry : Network.Mpe;
        var (code, message, data) = await node.ErrorAsync(
            "eth_call",
            TestNode.CallObject(to, revert.GetProperty("call_data").GetString()!, EthereumAddress.Parse(revert.GetProperty("from").GetString()!)), "latest");
        data.ShouldBe(revert.GetProperty("revert_data").GetString(), name);
        message.ShouldBe("execution reverted: " + revert.GetProperty("reason").GetString());
        code.ShouldBe(3);
    }

    private static EthereumAddress ContractOf(string name) => name switch
    {
        "FetchToken" => Network.Token,
        "MultiPartyEscrow" => Network.Mpe,
        "Registry" => Network.Registry,
        _ => throw new ArgumentException($"No contract {name}.", nameof(name)),
    };

    private static IEnumerable<JsonElement> Executed() => new[] { "tx_legacy_eip155.json", "tx_eip1559.json" }
        .SelectMany(file => TestData.Vectors(file).GetProperty("transactions").EnumerateArray())
        .Where(transaction => transaction.GetProperty("executed").GetBoolean());

    private static long Nonce(JsonElement transaction) => transaction.GetProperty("fields").GetProperty("nonce").GetInt64();

    private static Dictionary<string, JsonElement> Named(string file, string member) =>
        TestData.Vectors(file).GetProperty(member).EnumerateArray().ToDictionary(item => item.GetProperty("name").GetString()!);
}
