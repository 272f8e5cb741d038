using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Tests;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>Claims and third-party openings with the signatures of the vector files.</summary>
internal sealed class EscrowClaimTests
{
    private static readonly byte[] Group = Hex.Decode("0x218734dc892abb891f846f2cfd79ee271364385af012ddd0a64c51ae0956542e");
    private static readonly BigInteger Fet = BigInteger.Pow(10, 18);

    private readonly Dictionary<string, PrivateKey> _keys = TestData.Vectors("keys.json").GetProperty("keys").EnumerateArray()
        .ToDictionary(key => key.GetProperty("name").GetString()!, key => PrivateKey.Parse(key.GetProperty("private_key").GetString()!));

    private static IEnumerable<TestCaseData> Claims() => TestData.Cases("sig_mpe_claim.json", "cases");

    [TestCaseSource(nameof(Claims))]
    public async Task ChannelClaim_SignatureOfTheVector_IsTakenWhereContractChannelAndSignerFit(JsonElement vector)
    {
        await using var node = await TestNode.StartAsync();
        var inputs = vector.GetProperty("inputs");
        var (id, nonce) = (Number(inputs, "channel_id"), Number(inputs, "nonce"));
        await OpenAsync(node, count: 3);
        if (nonce == 1)
            await ClaimNothingAsync(node, id);

        var right = ClaimData(vector, Hex.Decode(vector.GetProperty("signature").GetString()!));
        var fits = inputs.GetProperty("mpe_address").GetString() == Network.Mpe.ToString() && vector.GetProperty("signer_key").GetString() is "signer" or "sender";
        var recorded = vector.GetProperty("real_contract").GetString()!;
        if (recorded != "not tried")
            recorded.ShouldBe(fits ? "accepted" : "rejected: Invalid signature");

        (await AcceptsAsync(node, right)).ShouldBe(fits);
        (await AcceptsAsync(node, ClaimData(vector, Hex.Decode(vector.GetProperty("signature_with_v_0_or_1").GetString()!)))).ShouldBeFalse();
    }

    [Test]
    public async Task ChannelClaim_NoSuchChannel_HasNoRecipient()
    {
        await using var node = await TestNode.StartAsync();

        var data = EscrowContract.ChannelClaim.Encode(
            new BigInteger(9), BigInteger.Zero, BigInteger.Zero, new BigInteger(27), new byte[32], new byte[32], false);

        (await RefusalAsync(node, data, "recipient")).ShouldBe("execution reverted: Invalid recipient");
    }

    [Test]
    public async Task MultiChannelClaim_OneOfThemWrong_ClaimsNone()
    {
        await using var node = await TestNode.StartAsync();
        await OpenAsync(node, count: 2);
        node.Fund(_keys["recipient"]);
        object[] signatures = [Sign(0, 0, Fet), Sign(1, 5, Fet)]; // the second for a claim round that is not there

        var hash = await node.SendAsync(_keys["recipient"], Network.Mpe, EscrowContract.MultiChannelClaim.Encode(
            new object[] { BigInteger.Zero, BigInteger.One }, new object[] { Fet, Fet }, new object[] { Fet, Fet }, new object[] { false, false },
            signatures.Select(s => (object)new BigInteger(((byte[])s)[64])).ToArray(), signatures.Select(s => (object)((byte[])s)[..32]).ToArray(),
            signatures.Select(s => (object)((byte[])s)[32..64]).ToArray()));

        (await node.ReceiptAsync(hash)).GetProperty("status").GetString().ShouldBe("0x0");
        (await node.ReadAsync(Network.Mpe, EscrowContract.Channels, BigInteger.Zero))[0].ShouldBe(BigInteger.Zero);
        (await node.ReadAsync(Network.Mpe, EscrowContract.Balances, _keys["recipient"].Address)).ShouldBe([BigInteger.Zero]);
    }

    [Test]
    public async Task MultiChannelClaim_ListsOfUnequalLength_IsRefused()
    {
        await using var node = await TestNode.StartAsync();

        var data = EscrowContract.MultiChannelClaim.Encode(
            new object[] { BigInteger.Zero }, Array.Empty<object>(), Array.Empty<object>(), Array.Empty<object>(), Array.Empty<object>(),
            Array.Empty<object>(), Array.Empty<object>());

        (await RefusalAsync(node, data, "recipient")).ShouldBe("execution reverted: Invalid function parameters.");
    }

    [Test]
    public async Task OpenChannelByThirdParty_SameSignatureTwice_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        var vector = TestData.Vectors("sig_open_channel_by_third_party.json").GetProperty("cases")[0];
        var payer = node.Fund(_keys["third_party"]);
        await DepositAsync(node, payer, 10 * Fet);
        var wrong = ThirdPartyData(vector, Hex.Decode(vector.GetProperty("signature_with_v_0_or_1").GetString()!));
        (await RefusalAsync(node, wrong, "third_party")).ShouldBe("execution reverted: Invalid signature");

        var right = ThirdPartyData(vector, Hex.Decode(vector.GetProperty("signature").GetString()!));
        (await RefusalAsync(node, right, "stranger")).ShouldBe("execution reverted: Insufficient balance");
        await node.SendAsync(payer, Network.Mpe, right);

        (await node.ReadAsync(Network.Mpe, EscrowContract.UsedMessages, Hex.Decode(vector.GetProperty("digest").GetString()!))).ShouldBe([true]);
        (await RefusalAsync(node, right, "third_party")).ShouldBe("execution reverted: Signature has already been used");
    }

    [Test]
    public async Task ChannelClaimTimeout_AtTheExpirationBlock_SendsEverythingBack()
    {
        await using var node = await TestNode.StartAsync();
        await OpenAsync(node, count: 1, expiration: 10);
        var data = EscrowContract.ChannelClaimTimeout.Encode(BigInteger.Zero);
        node.Chain.Mine(9 - node.Chain.BlockNumber);
        (await RefusalAsync(node, data, "sender")).ShouldBe("execution reverted: Claim called too early.");

        (await node.ReceiptAsync(await node.SendAsync(_keys["sender"], Network.Mpe, data))).GetProperty("status").GetString().ShouldBe("0x1"); // in block 10

        (await node.ReadAsync(Network.Mpe, EscrowContract.Balances, _keys["sender"].Address)).ShouldBe([10 * Fet]);
    }

    private async Task OpenAsync(TestNode node, int count, long expiration = 1000)
    {
        var sender = node.Fund(_keys["sender"]);
        await DepositAsync(node, sender, 10 * count * Fet);
        for (var i = 0; i < count; i++)
        {
            await node.SendAsync(sender, Network.Mpe, EscrowContract.OpenChannel.Encode(
                _keys["signer"].Address, _keys["recipient"].Address, Group, 10 * Fet, new BigInteger(expiration)));
        }
    }

    private static async Task DepositAsync(TestNode node, PrivateKey key, BigInteger amount)
    {
        await node.SendAsync(key, Network.Token, TokenContract.Approve.Encode(Network.Mpe, amount));
        await node.SendAsync(key, Network.Mpe, EscrowContract.Deposit.Encode(amount));
    }

    private async Task ClaimNothingAsync(TestNode node, BigInteger id)
    {
        node.Fund(_keys["recipient"]);
        var signature = Sign(id, 0, 0);
        var hash = await node.SendAsync(_keys["recipient"], Network.Mpe, EscrowContract.ChannelClaim.Encode(
            id, BigInteger.Zero, BigInteger.Zero, new BigInteger(signature[64]), signature[..32], signature[32..64], false));
        (await node.ReceiptAsync(hash)).GetProperty("status").GetString().ShouldBe("0x1");
    }

    private byte[] Sign(BigInteger id, BigInteger nonce, BigInteger amount) =>
        _keys["signer"].SignMessage(SignedMessages.Claim(Network.Mpe, id, nonce, amount));

    // Nothing is taken, so that amounts above the channel's value can be tried, too: what is signed is the planned amount.
    private static byte[] ClaimData(JsonElement vector, byte[] signature)
    {
        var inputs = vector.GetProperty("inputs");
        return EscrowContract.ChannelClaim.Encode(
            Number(inputs, "channel_id"), BigInteger.Zero, Number(inputs, "amount"), new BigInteger(signature[64]), signature[..32], signature[32..64], false);
    }

    private static byte[] ThirdPartyData(JsonElement vector, byte[] signature)
    {
        var inputs = vector.GetProperty("inputs");
        return EscrowContract.OpenChannelByThirdParty.Encode(
            Address(inputs, "channel_sender"), Address(inputs, "channel_signer"), Address(inputs, "recipient"),
            Hex.Decode(inputs.GetProperty("group_id").GetString()!), Number(inputs, "value"), Number(inputs, "expiration"), Number(inputs, "message_nonce"),
            new BigInteger(signature[64]), signature[..32], signature[32..64]);
    }

    private async Task<bool> AcceptsAsync(TestNode node, byte[] data) =>
        (await node.AskAsync("eth_call", TestNode.CallObject(Network.Mpe, Hex.Encode(data), _keys["recipient"].Address), "latest")).TryGetProperty("result", out _);

    private async Task<string> RefusalAsync(TestNode node, byte[] data, string from) =>
        (await node.ErrorAsync("eth_call", TestNode.CallObject(Network.Mpe, Hex.Encode(data), _keys[from].Address), "latest")).Message;

    private static BigInteger Number(JsonElement inputs, string name) =>
        BigInteger.Parse(inputs.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);

    private static EthereumAddress Address(JsonElement inputs, string name) => EthereumAddress.Parse(inputs.GetProperty(name).GetString()!);
}
