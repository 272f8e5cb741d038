using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>A client that knows nothing but its key finds its channels on the chain and goes on where the last one stopped.</summary>
public sealed class RestartTests : RealPlatformTest
{
    [Test]
    public async Task CallAsync_NewClientOfTheSameAccount_GoesOnWithTheSameTotalAndNoTransaction()
    {
        var before = await PayAndForgetAsync(Account);
        var sent = await CountTransactionsAsync(Account);

        var restarted = Connect(Account);
        var after = await PayAsync(ServiceOf(restarted));

        (after.ChannelId, after.Nonce, after.AmountBefore, after.AmountAfter)
            .ShouldBe((before.ChannelId, before.Nonce, before.AmountAfter, before.AmountAfter + CallPrice));
        (await CountTransactionsAsync(Account)).ShouldBe(sent);
        (await ReceiptsAsync(restarted)).ShouldBe([after]);
    }

    [Test]
    public async Task CallAsync_RestartWhileAClaimIsOnItsWay_PaysInTheNextRound()
    {
        var before = await PayAndForgetAsync(Account);
        var claim = await Till.StartClaimAsync(before.ChannelId, 0);

        var during = await PayAndForgetAsync(Account);
        await Till.ClaimAsync(claim);
        var after = await PayAndForgetAsync(Account);

        (during.ChannelId, during.Nonce, during.AmountAfter).ShouldBe((before.ChannelId, 1, CallPrice));
        (after.ChannelId, after.Nonce, after.AmountAfter).ShouldBe((before.ChannelId, 1, CallPrice + CallPrice));
    }

    [Test]
    public async Task CallAsync_SeveralAccountsAndChannels_EachFindsItsOwn()
    {
        using var other = await NewAccountAsync(1000);
        var channels = Service.Channels;
        var small = await channels.DepositAndOpenAsync(Cogs(10));
        var large = await channels.DepositAndOpenAsync(Cogs(30));
        await PayAndForgetAsync(other);

        var service = ServiceOf(Connect(Account));
        var receipt = await PayAsync(service);

        (await service.Channels.ListAsync()).ShouldBe([small, large]);
        receipt.ChannelId.ShouldBe(large.Id);
    }

    [Test]
    public async Task CallAsync_TwoClientsOfOneAccountTakeTurns_NeverPayTwiceForOneCall()
    {
        var (first, second) = (Service, ServiceOf(Connect(Account)));

        List<PaymentReceipt> receipts = [await PayAsync(first)];
        for (var turn = 0; turn < 3; turn++)
        {
            receipts.Add(await PayAsync(second));
            receipts.Add(await PayAsync(first));
        }

        receipts.Select(receipt => receipt.AmountAfter.Cogs).ShouldBe([5, 10, 15, 20, 25, 30, 35]);
        receipts.Select(receipt => receipt.ChannelId).Distinct().Count().ShouldBe(1);
        (await Till.FindUnclaimedAsync(receipts[0].ChannelId)).ShouldNotBeNull().Amount.ShouldBe(35);
    }

    // A client that makes one call and is gone.
    private async Task<PaymentReceipt> PayAndForgetAsync(ISigner account)
    {
        await using var snet = Connect(account);
        return await PayAsync(ServiceOf(snet));
    }
}
