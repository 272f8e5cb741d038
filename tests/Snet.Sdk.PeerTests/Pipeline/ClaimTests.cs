using System.Numerics;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Platform;
using Snet.Sdk.Services;
using Snet.Sdk.Training;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>The provider takes its money on the real contract, in every way and at every moment, and the client goes on paying.</summary>
public sealed class ClaimTests : RealPlatformTest
{
    [Test]
    public async Task CallAsync_ClaimedBehindTheClientsBack_IsPaidInTheNextRoundOfTheSameChannel()
    {
        var id = await PayTwiceAsync();
        await Till.ClaimAsync(await Till.StartClaimAsync(id, 0));

        var receipt = await PayAsync(Service);

        (receipt.ChannelId, receipt.Nonce, receipt.AmountBefore, receipt.AmountAfter).ShouldBe((id, 1, Cogs(0), CallPrice));
        // The daemon refused the old round (1000), which cost nothing, and the client learned from it.
        (await ReceiptsAsync(Snet)).Select(r => (r.Nonce, r.Outcome)).ShouldBe(
            [(0, PaymentOutcome.Paid), (0, PaymentOutcome.Paid), (0, PaymentOutcome.NotCharged), (1, PaymentOutcome.Paid)]);
        (await Till.FindUnclaimedAsync(id)).ShouldNotBeNull().Amount.ShouldBe(5);
    }

    [Test]
    public async Task CallAsync_ClaimedWithoutTellingTheDaemon_IsPaidInTheNextRound()
    {
        var id = await PayTwiceAsync();
        var state = await Till.GetStateAsync(id);
        var provider = await Till.GetEscrowAsync();

        await Till.ClaimAsync(new SignedTotal(id, 0, 10, state.CurrentSignature.ToByteArray()));
        var receipt = await PayAsync(Service);

        (await Till.GetEscrowAsync()).ShouldBe(provider + 10);
        (receipt.ChannelId, receipt.Nonce, receipt.AmountAfter).ShouldBe((id, 1, CallPrice));
    }

    [Test]
    public async Task CallAsync_RestSentBack_RevivesTheChannelWithWhatCameBack([Values] bool clientPaidMeanwhile)
    {
        var id = await PayTwiceAsync();
        var claim = await Till.StartClaimAsync(id, 0);
        if (clientPaidMeanwhile)
            await PayAsync(Service); // what is signed in the new round is lost to the provider, who empties the channel
        var provider = await Till.GetEscrowAsync();
        await Till.ClaimAsync(claim, sendBack: true);
        (await Till.GetEscrowAsync()).ShouldBe(provider + 10);
        (await GetEscrowAsync(Account)).ShouldBe(40);
        (await ChannelAsync(id)).ShouldBe((1, 0, 0));

        var receipt = await PayAsync(Service);

        (receipt.ChannelId, receipt.Nonce, receipt.Price).ShouldBe((id, 1, CallPrice));
        var (nonce, value, expiration) = await ChannelAsync(id);
        nonce.ShouldBe(1);
        value.ShouldBeGreaterThanOrEqualTo(receipt.AmountAfter.Cogs);
        expiration.ShouldBeGreaterThan(await Chain.Client.GetBlockNumberAsync(default) + Threshold);
        await Till.ClaimAsync(await Till.StartClaimAsync(id, 1)); // and it is money again
        (await Till.GetEscrowAsync()).ShouldBe(provider + 10 + receipt.AmountAfter.Cogs);
    }

    [Test]
    public async Task CallAsync_ClaimOnItsWayAndTooLittleLeft_OpensOneChannelMoreHoweverManyCall()
    {
        var small = await Service.Channels.DepositAndOpenAsync(Cogs(12));
        await PayTwiceAsync();
        var claim = await Till.StartClaimAsync(small.Id, 0); // 2 cogs are left, and the daemon sees no funds that are added now

        var receipts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PayAsync(Service)));

        var channels = await Service.Channels.ListAsync();
        channels.Count.ShouldBe(2);
        channels[0].ShouldBe(small);
        receipts.ShouldAllBe(receipt => receipt.ChannelId == channels[1].Id && receipt.Outcome == PaymentOutcome.Paid);
        await Till.ClaimAsync(claim);
        (await PayAsync(Service)).ChannelId.ShouldBe(channels[1].Id);
    }

    [Test]
    public async Task CallAsync_ClaimThatWasOnItsWayHasArrived_FillsTheSameChannel()
    {
        var small = await Service.Channels.DepositAndOpenAsync(Cogs(17));
        await PayTwiceAsync();
        var claim = await Till.StartClaimAsync(small.Id, 0);
        (await PayAsync(Service)).Nonce.ShouldBe(1); // the client has seen the claim on its way; 2 cogs are left
        await Till.ClaimAsync(claim);

        var receipt = await PayAsync(Service);

        (receipt.ChannelId, receipt.Nonce, receipt.AmountBefore).ShouldBe((small.Id, 1, CallPrice));
        (await Service.Channels.ListAsync()).Count.ShouldBe(1);
    }

    [Test]
    public async Task CallAsync_TwoClaimsOnTheirWay_SignsNothingUntilTheyArrive()
    {
        var id = await PayTwiceAsync();
        var first = await Till.StartClaimAsync(id, 0);
        await PayAsync(Service);
        var second = await Till.StartClaimAsync(id, 1);

        var error = await Should.ThrowAsync<ChannelStateException>(() => PayAsync(Service));

        (error.ChannelId, error.MoneyMoved).ShouldBe((id, MoneyMoved.No));
        await Till.ClaimAsync(first);
        await Till.ClaimAsync(second);
        var receipt = await PayAsync(Service);
        (receipt.ChannelId, receipt.Nonce, receipt.AmountAfter).ShouldBe((id, 2, CallPrice));
    }

    [Test]
    public async Task Training_ClaimedBeforeEachPaidStep_EachIsPaidOnceInItsRound()
    {
        var id = await PayTwiceAsync();
        var provider = await Till.GetEscrowAsync();
        var model = (await Service.Training.CreateModelAsync("stt", "claimed in between")).Id;

        var price = await Service.Training.ValidateModelPriceAsync(model);
        await Till.ClaimAsync(await Till.StartClaimAsync(id, 0));
        await Service.Training.UploadAndValidateAsync(model, SmallDataset.Create(), price); // refused at first, so it is sent twice
        await Service.Training.WaitForStatusAsync(model, ModelStatus.Validated, Quick);
        price = await Service.Training.TrainModelPriceAsync(model);
        await Till.ClaimAsync(await Till.StartClaimAsync(id, 1));
        await Service.Training.TrainModelAsync(model, price);
        await Till.ClaimAsync(await Till.StartClaimAsync(id, 2));

        (await Till.GetEscrowAsync()).ShouldBe(provider + 10 + 7 + 11);
        var paid = (await ReceiptsAsync(Snet)).Where(receipt => receipt.Outcome == PaymentOutcome.Paid);
        paid.Select(receipt => ((int)receipt.Nonce, (int)receipt.Paid.Cogs)).ShouldBe([(0, 5), (0, 5), (1, 7), (2, 11)]);
    }

    [Test]
    public async Task CallAsync_SignedByASecondKey_IsMoneyFromTheAccountsChannel()
    {
        using var second = PrivateKeySigner.CreateRandom(); // holds nothing
        var service = ServiceOf(Connect(Account, options => options.PaymentSigner = second));
        var receipt = await PayAsync(service);
        var provider = await Till.GetEscrowAsync();

        await Till.ClaimAsync(await Till.StartClaimAsync(receipt.ChannelId, 0));

        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        (channel.Sender, channel.Signer).ShouldBe((Account.Address, second.Address));
        (await Till.GetEscrowAsync()).ShouldBe(provider + 5);
        (await PayAsync(service)).Nonce.ShouldBe(1);
    }

    [Test]
    public async Task CallAsync_ManyChannelsClaimedInOneTransaction_EachGoesOn()
    {
        using var other = await NewAccountAsync(1000);
        var otherService = ServiceOf(Connect(other));
        var id = await PayTwiceAsync();
        var otherId = (await PayAsync(otherService)).ChannelId;
        var provider = await Till.GetEscrowAsync();

        var events = await Till.ClaimAsync(await Till.StartClaimsAsync(id, otherId));

        events.Select(values => (values[0], values[2], values[3])).ShouldBe(
            [(id, TestKeys.Provider.Address, (BigInteger)10), (otherId, TestKeys.Provider.Address, (BigInteger)5)]);
        (await Till.GetEscrowAsync()).ShouldBe(provider + 15);
        var receipts = await Task.WhenAll(PayAsync(Service), PayAsync(otherService));
        receipts.Select(receipt => (receipt.ChannelId, receipt.Nonce)).ShouldBe([(id, 1), (otherId, 1)]);
    }

    [Test]
    public async Task CallAsync_TakenBackByTimeout_RevivesTheChannel()
    {
        var service = ServiceOf(Connect(Account, options => options.Funding = new ChannelFunding { ExtraBlocks = 240 }));
        var id = await PayTwiceAsync(service);
        var (_, _, expiration) = await ChannelAsync(id);
        await Chain.MineAsync((int)(expiration - await Chain.Client.GetBlockNumberAsync(default)));
        var back = await service.Channels.ClaimTimeoutAsync(id); // all of it, also what was signed and never claimed
        (back.Nonce, back.Value, back.Expiration).ShouldBe((1, Cogs(0), 0));
        (await GetEscrowAsync(Account)).ShouldBe(50);

        var receipt = await PayAsync(service);

        (receipt.ChannelId, receipt.Nonce, receipt.AmountAfter).ShouldBe((id, 1, CallPrice));
    }

    private Task<BigInteger> PayTwiceAsync() => PayTwiceAsync(Service);

    private static async Task<BigInteger> PayTwiceAsync(ServiceClient service)
    {
        await PayAsync(service);
        var receipt = await PayAsync(service);
        receipt.AmountAfter.ShouldBe(CallPrice + CallPrice);
        return receipt.ChannelId;
    }

    private async Task<(BigInteger Nonce, BigInteger Value, BigInteger Expiration)> ChannelAsync(BigInteger id)
    {
        var channel = await Chain.CallAsync(Chain.Mpe, EscrowContract.Channels, id);
        return ((BigInteger)channel[0], (BigInteger)channel[5], (BigInteger)channel[6]);
    }
}
