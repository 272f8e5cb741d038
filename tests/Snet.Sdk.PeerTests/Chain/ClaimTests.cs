using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>What the SDK signs is money to the real contract, and nothing else is.</summary>
public class ClaimTests : RealChainFixture
{
    private static readonly BigInteger Far = 1_000_000;

    [TestCase(true)]
    [TestCase(false)]
    public async Task ChannelClaim_SignedByTheSdk_IsPaidAndTheChannelGoesOn(bool bySigner)
    {
        using var signer = PrivateKey.Create();
        var id = await OpenAsync(10 * One, Far, signer.Address);

        var receipt = await ClaimAsync(bySigner ? signer : Consumer, id, nonce: 0, actual: 3 * One, planned: 4 * One, sendBack: false);
        Only(receipt, EscrowContract.ChannelClaimed).ShouldBe(
            [id, BigInteger.One, Provider.Address, 3 * One, 4 * One, BigInteger.Zero, 7 * One]);
        (await ChannelAsync(id)).ShouldBe([BigInteger.One, 7 * One, Far]);

        await ClaimAsync(Consumer, id, nonce: 1, actual: 7 * One, planned: 7 * One, sendBack: false); // the next round counts from 0
        (await ChannelAsync(id)).ShouldBe([new BigInteger(2), BigInteger.Zero, Far]);
    }

    [Test]
    public async Task ChannelClaim_SendBack_ReturnsTheRestAndEndsTheChannel()
    {
        var id = await OpenAsync(10 * One, Far);
        var before = await BalanceAsync(Provider.Address);

        await ClaimAsync(Consumer, id, nonce: 0, actual: 3 * One, planned: 3 * One, sendBack: true);

        (await ChannelAsync(id)).ShouldBe([BigInteger.One, BigInteger.Zero, BigInteger.Zero]);
        (await BalanceAsync(Provider.Address)).ShouldBe(before + (3 * One));
        (await BalanceAsync(Consumer.Address)).ShouldBe(97 * One);
    }

    [Test]
    public async Task ChannelClaim_AmountZero_IsAccepted()
    {
        var id = await OpenAsync(10 * One, Far);

        await ClaimAsync(Consumer, id, nonce: 0, actual: 0, planned: 0, sendBack: false);

        (await ChannelAsync(id)).ShouldBe([BigInteger.One, 10 * One, Far]);
    }

    [Test]
    public async Task ChannelClaim_AnythingElseThanWhatWasSigned_IsRefused()
    {
        using var stranger = PrivateKey.Create();
        var id = await OpenAsync(10 * One, Far);
        var good = Consumer.SignMessage(SignedMessages.Claim(Chain.Mpe, id, 0, 3 * One));

        (await RefusedAsync(good, id, actual: 4 * One, planned: 4 * One)).ShouldBe("Invalid signature");   // another amount
        (await RefusedAsync(good, id, actual: 4 * One, planned: 3 * One)).ShouldBe("Invalid actual amount");
        (await RefusedAsync(good, id, actual: 11 * One, planned: 11 * One)).ShouldBe("Insufficient channel amount");
        (await RefusedAsync(stranger.SignMessage(SignedMessages.Claim(Chain.Mpe, id, 0, 3 * One)), id, 3 * One, 3 * One)).ShouldBe("Invalid signature");
        (await RefusedAsync(Consumer.SignMessage(SignedMessages.Claim(Chain.Mpe, id, 1, 3 * One)), id, 3 * One, 3 * One)).ShouldBe("Invalid signature");
        (await RefusedAsync(Consumer.SignMessage(SignedMessages.Claim(Chain.Token, id, 0, 3 * One)), id, 3 * One, 3 * One)).ShouldBe("Invalid signature");
        (await RefusedAsync([.. good[..64], (byte)(good[64] - 27)], id, 3 * One, 3 * One)).ShouldBe("Invalid signature"); // the contract wants 27 or 28
        (await ReasonAsync(Consumer, Chain.Mpe, EscrowContract.ChannelClaim, Arguments(good, id, 3 * One, 3 * One, false))).ShouldBe("Invalid recipient");

        await Chain.SendAsync(Provider, Chain.Mpe, EscrowContract.ChannelClaim, Arguments(good, id, 3 * One, 3 * One, false));
        (await RefusedAsync(good, id, 3 * One, 3 * One)).ShouldBe("Invalid signature"); // a second time
    }

    [Test]
    public async Task MultiChannelClaim_TwoChannels_ArePaidTogetherOrNotAtAll()
    {
        var first = await OpenAsync(10 * One, Far);
        var second = await OpenAsync(10 * One, Far);
        byte[][] signatures =
        [
            Consumer.SignMessage(SignedMessages.Claim(Chain.Mpe, first, 0, 1 * One)),
            Consumer.SignMessage(SignedMessages.Claim(Chain.Mpe, second, 0, 2 * One)),
        ];
        object[] ArgumentsFor(params object[] planned) =>
        [
            new object[] { first, second }, planned, planned, new object[] { false, true },
            signatures.Select(s => (object)(BigInteger)s[64]).ToArray(),
            signatures.Select(s => (object)s[..32]).ToArray(), signatures.Select(s => (object)s[32..64]).ToArray(),
        ];

        (await ReasonAsync(Provider, Chain.Mpe, EscrowContract.MultiChannelClaim, ArgumentsFor(1 * One, 3 * One))).ShouldBe("Invalid signature");
        (await ChannelAsync(first)).ShouldBe([BigInteger.Zero, 10 * One, Far]);
        var receipt = await Chain.SendAsync(Provider, Chain.Mpe, EscrowContract.MultiChannelClaim, ArgumentsFor(1 * One, 2 * One));

        receipt.Logs.Select(log => EscrowContract.ChannelClaimed.Decode(log.Topics, log.Data)[3]).ShouldBe([1 * One, 2 * One]);
        (await ChannelAsync(first)).ShouldBe([BigInteger.One, 9 * One, Far]);
        (await ChannelAsync(second)).ShouldBe([BigInteger.One, BigInteger.Zero, BigInteger.Zero]);
    }

    private Task<TransactionReceipt> ClaimAsync(PrivateKey by, BigInteger id, BigInteger nonce, BigInteger actual, BigInteger planned, bool sendBack) =>
        Chain.SendAsync(
            Provider, Chain.Mpe, EscrowContract.ChannelClaim,
            Arguments(by.SignMessage(SignedMessages.Claim(Chain.Mpe, id, nonce, planned)), id, actual, planned, sendBack));

    private Task<string?> RefusedAsync(byte[] signature, BigInteger id, BigInteger actual, BigInteger planned) =>
        ReasonAsync(Provider, Chain.Mpe, EscrowContract.ChannelClaim, Arguments(signature, id, actual, planned, false));

    private static object[] Arguments(byte[] signature, BigInteger id, BigInteger actual, BigInteger planned, bool sendBack) =>
        [id, actual, planned, (BigInteger)signature[64], signature[..32], signature[32..64], sendBack];

    // Nonce, value and expiration.
    private async Task<object[]> ChannelAsync(BigInteger id)
    {
        var channel = await Chain.CallAsync(Chain.Mpe, EscrowContract.Channels, id);
        return [channel[0], channel[5], channel[6]];
    }

    private async Task<BigInteger> BalanceAsync(EthereumAddress of) => (BigInteger)(await Chain.CallAsync(Chain.Mpe, EscrowContract.Balances, of))[0];
}
