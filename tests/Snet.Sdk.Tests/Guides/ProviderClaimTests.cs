using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Guides;

/// <summary>The provider claims while the client goes on: payments go into the channel's next round, and nothing is paid twice.</summary>
[Category("Sandbox")]
public sealed class ProviderClaimTests : PlatformTest
{
    [Test]
    public async Task CallAsync_ProviderHasClaimed_GoesOnInTheNextRound([Values] bool sameClient)
    {
        using var provider = new ClaimingProvider(Sandbox);
        var signer = NewSigner();
        var service = Service(Connect(signer: signer));
        await CallAsync(service, times: 3);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();

        await provider.FinishAsync(await provider.StartAsync(channel.Id, nonce: 0));
        var later = sameClient ? service : Service(Connect(signer: signer));
        var call = await CallAsync(later, times: 2);

        (call.Receipt!.ChannelId, call.Receipt.Nonce, call.Receipt.AmountAfter.Cogs).ShouldBe((channel.Id, 1, 10));
        var claimed = (await later.Channels.ListAsync()).ShouldHaveSingleItem();
        (claimed.Value, claimed.Nonce).ShouldBe((channel.Value - TokenAmount.FromCogs(15), 1));
    }

    [Test]
    public async Task CallAsync_ClaimIsOnItsWay_WhatIsLeftCanBeSpentMeanwhile([Values] bool sameClient)
    {
        using var provider = new ClaimingProvider(Sandbox);
        var signer = NewSigner();
        var service = Service(Connect(signer: signer));
        await CallAsync(service, times: 3);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();

        var claim = await provider.StartAsync(channel.Id, nonce: 0);
        var later = sameClient ? service : Service(Connect(signer: signer));
        var during = await CallAsync(later, times: 2);
        await provider.FinishAsync(claim);
        var after = await CallAsync(later, times: 2);

        (during.Receipt!.ChannelId, during.Receipt.Nonce, during.Receipt.AmountAfter.Cogs).ShouldBe((channel.Id, 1, 10));
        (after.Receipt!.ChannelId, after.Receipt.Nonce, after.Receipt.AmountAfter.Cogs).ShouldBe((channel.Id, 1, 20));
    }

    [Test]
    public async Task CallAsync_ClaimSentTheRestBack_TheSameChannelIsFilledAnewFromEscrow([Values] bool sameClient)
    {
        using var provider = new ClaimingProvider(Sandbox);
        var signer = NewSigner();
        var snet = Connect(signer: signer);
        var service = Service(snet);
        await CallAsync(service, times: 3);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();

        await provider.FinishAsync(await provider.StartAsync(channel.Id, nonce: 0), sendBack: true);
        var back = (await snet.Account.GetBalanceAsync()).Escrow;
        var call = await CallAsync(sameClient ? service : Service(Connect(signer: signer)), times: 2);

        back.ShouldBe(channel.Value - TokenAmount.FromCogs(15));
        (call.Receipt!.ChannelId, call.Receipt.Nonce, call.Receipt.AmountAfter.Cogs).ShouldBe((channel.Id, 1, 10));
        var filled = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        var balance = await snet.Account.GetBalanceAsync();
        (balance.Wallet + balance.Escrow + filled.Value).ShouldBe(TokenAmount.FromTokens(1000) - TokenAmount.FromCogs(15));
        balance.Escrow.ShouldBeLessThan(back + TokenAmount.FromCogs(1));
    }

    [Test]
    public async Task CallAsync_ClaimOnItsWayTakesEverything_AnotherChannelIsOpened()
    {
        using var provider = new ClaimingProvider(Sandbox);
        var service = Service(Connect(options => options.Funding = new ChannelFunding { CallsAhead = 1, MaxCallsAhead = 1 }));
        await CallAsync(service, times: 1);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();

        var claim = await provider.StartAsync(channel.Id, nonce: 0);
        var during = await CallAsync(service, times: 1);
        await provider.FinishAsync(claim);
        await CallAsync(service, times: 1);

        during.Receipt!.ChannelId.ShouldNotBe(channel.Id); // the daemon sees no funds that are added while a claim is on its way
        (await service.Channels.ListAsync()).Count.ShouldBe(2);
    }

    private static async Task<CallResult<JsonObject>> CallAsync(ServiceClient service, int times)
    {
        for (var i = 1; i < times; i++)
            await service.CallAsync("add", new JsonObject { ["a"] = i });
        return await service.CallAsync("add", new JsonObject { ["a"] = times });
    }
}
