using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Protocol;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Accounts;

/// <summary>Where an account's money is, and how it comes back.</summary>
[Category("Sandbox")]
public sealed class FundsTests : PlatformTest
{
    private static readonly JsonObject Numbers = new() { ["a"] = 1, ["b"] = 2 };

    [Test]
    public async Task GetFundsAsync_AfterCalls_TellsWhereEverythingIs()
    {
        var snet = Connect();
        var service = Service(snet);
        await snet.Account.DepositAsync(TokenAmount.FromTokens(2));
        await service.Channels.OpenAsync(TokenAmount.FromTokens(0.5m));
        await service.CallAsync("add", Numbers);
        await service.CallAsync("add", Numbers);

        var funds = await snet.Account.GetFundsAsync();

        funds.Wallet.ShouldBe(TokenAmount.FromTokens(998));
        funds.Escrow.ShouldBe(TokenAmount.FromTokens(1.5m));
        funds.Wei.ShouldBeGreaterThan(BigInteger.Zero);
        funds.LockedInChannels.ShouldBe(TokenAmount.FromTokens(0.5m));
        funds.SignedAway.ShouldBe(TokenAmount.FromCogs(10));
        funds.ReclaimableNow.ShouldBe(TokenAmount.Zero);
        funds.ReclaimableLater.ShouldBe(TokenAmount.FromTokens(0.5m) - TokenAmount.FromCogs(10));
        funds.Channels.ShouldHaveSingleItem().Channel.Expiration.ShouldBeGreaterThan(funds.Block);
    }

    [Test]
    public async Task ReclaimAllAsync_ChannelsOfSeveralProvidersExpired_EverythingComesBackAndTheRestStays()
    {
        var snet = Connect();
        var service = Service(snet);
        var block = Sandbox.Chain.BlockNumber;
        await snet.Account.DepositAsync(TokenAmount.FromTokens(3));
        await service.Channels.OpenAsync(TokenAmount.FromTokens(1), block + 300);
        await OpenToStrangerAsync(snet, TokenAmount.FromTokens(0.25m), block + 300);
        var lasting = await service.Channels.OpenAsync(TokenAmount.FromTokens(0.5m), block + 100_000);
        Sandbox.Chain.Mine(400);

        var before = await snet.Account.GetFundsAsync();
        var back = await snet.Account.ReclaimAllAsync();
        var after = await snet.Account.GetFundsAsync();

        before.ReclaimableNow.ShouldBe(TokenAmount.FromTokens(1.25m));
        back.ShouldBe(TokenAmount.FromTokens(1.25m));
        after.Escrow.ShouldBe(TokenAmount.FromTokens(2.5m));
        after.Channels.ShouldHaveSingleItem().Channel.Id.ShouldBe(lasting.Id);
        (after.Wallet + after.Escrow + after.LockedInChannels).ShouldBe(TokenAmount.FromTokens(1000));
    }

    [Test]
    public async Task ReclaimAllAsync_NothingExpired_SendsNothing()
    {
        var snet = Connect();
        await Service(snet).Channels.DepositAndOpenAsync(TokenAmount.FromTokens(1));
        var block = Sandbox.Chain.BlockNumber;

        (await snet.Account.ReclaimAllAsync()).ShouldBe(TokenAmount.Zero);

        Sandbox.Chain.BlockNumber.ShouldBe(block); // each transaction makes a block
    }

    [Test]
    public async Task CallAsync_AfterReclaim_FillsTheSameChannelAgain()
    {
        var snet = Connect();
        var service = Service(snet);
        var channel = await service.Channels.DepositAndOpenAsync(TokenAmount.FromTokens(1));
        await service.CallAsync("add", Numbers);
        Sandbox.Chain.Mine((long)(channel.Expiration - Sandbox.Chain.BlockNumber) + 1);
        await snet.Account.ReclaimAllAsync();

        var result = await service.CallAsync("add", Numbers);

        result.Receipt!.ChannelId.ShouldBe(channel.Id);
        result.Receipt.AmountAfter.ShouldBe(TokenAmount.FromCogs(5)); // of a new round
    }

    private static async Task OpenToStrangerAsync(SnetClient snet, TokenAmount amount, BigInteger expiration) =>
        await snet.Escrow.SendEscrowAsync(
            EscrowContract.OpenChannel, [snet.Account.Address, Stranger, new byte[32], amount.Cogs, expiration], CancellationToken.None);
}
