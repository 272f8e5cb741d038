using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Guides;

/// <summary>Channels are chosen, opened, filled and extended by themselves.</summary>
[Category("Sandbox")]
public sealed class ChannelUseTests : PlatformTest
{
    private const long Threshold = 40_320; // blocks, as the sandbox's organization asks
    private static readonly ChannelFunding Short = new() { CallsAhead = 1, MaxCallsAhead = 1, ExtraBlocks = 240 };

    [Test]
    public async Task CallAsync_NoChannel_OneIsOpenedForTheProviderAndFilledForTenCalls()
    {
        var snet = Connect();
        var service = Service(snet);

        var call = await service.CallAsync("add", Numbers);

        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        (channel.Sender, channel.Signer, channel.Recipient).ShouldBe((snet.Account.Address, snet.Account.Address, Platform.Recipient));
        (channel.Value.Cogs, channel.Nonce.IsZero, call.Receipt!.ChannelId).ShouldBe((50, true, channel.Id));
        ((long)channel.Expiration).ShouldBeInRange(Threshold + 50_400, Sandbox.Chain.BlockNumber + Threshold + 50_400);
        var balance = await snet.Account.GetBalanceAsync();
        (balance.Wallet.Cogs, balance.Escrow.Cogs).ShouldBe((TokenAmount.FromTokens(1000).Cogs - 50, 0));
    }

    [Test]
    public async Task CallAsync_TokensInEscrow_AreUsedBeforeTheWallet()
    {
        var snet = Connect();
        var service = Service(snet);
        await snet.Account.DepositAsync(TokenAmount.FromCogs(60));

        await service.CallAsync("add", Numbers);

        var balance = await snet.Account.GetBalanceAsync();
        (balance.Wallet.Cogs, balance.Escrow.Cogs).ShouldBe((TokenAmount.FromTokens(1000).Cogs - 60, 10));
    }

    [Test]
    public async Task CallAsync_SeveralChannels_TheOneWithFundsAndTimeIsUsed()
    {
        var service = Service(Connect());
        var near = await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(500), Sandbox.Chain.BlockNumber + 100);
        var poor = await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(4));
        var good = await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(40));

        var call = await service.CallAsync("add", Numbers);

        call.Receipt!.ChannelId.ShouldBe(good.Id);
        (await service.Channels.ListAsync()).ShouldBe([near, poor, good]);
    }

    [Test]
    public async Task CallAsync_ChannelUsedUp_FundsAreAddedToTheSame()
    {
        var service = Service(Connect(options => options.Funding = Short));

        for (var i = 0; i < 3; i++)
            await service.CallAsync("add", Numbers);

        (await service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(15);
    }

    [Test]
    public async Task CallAsync_ChannelNearItsEnd_IsExtendedWhetherTheClientKnowsOrTheDaemonSaysSo([Values] bool sameClient)
    {
        var signer = NewSigner();
        var service = Service(Connect(options => options.Funding = new ChannelFunding { ExtraBlocks = 240 }, signer));
        await service.CallAsync("add", Numbers);
        var before = (await service.Channels.ListAsync()).ShouldHaveSingleItem();

        Sandbox.Chain.Mine(250);
        var later = sameClient ? service : Service(Connect(signer: signer));
        var call = await later.CallAsync("add", Numbers);

        var after = (await later.Channels.ListAsync()).ShouldHaveSingleItem();
        (after.Id, after.Value, call.Receipt!.AmountAfter.Cogs).ShouldBe((before.Id, before.Value, 10));
        ((long)after.Expiration).ShouldBeGreaterThan(Sandbox.Chain.BlockNumber + Threshold);
    }

    [Test]
    public async Task CallAsync_ChannelNearItsEndAndUsedUp_IsExtendedAndFilledInOneTransaction()
    {
        var service = Service(Connect(options => options.Funding = Short));
        await service.CallAsync("add", Numbers);
        await service.Client.Account.DepositAsync(TokenAmount.FromCogs(100));
        Sandbox.Chain.Mine(250);
        var block = Sandbox.Chain.BlockNumber;

        await service.CallAsync("add", Numbers);

        Sandbox.Chain.BlockNumber.ShouldBe(block + 1);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        channel.Value.Cogs.ShouldBe(10);
        ((long)channel.Expiration).ShouldBeGreaterThan(Sandbox.Chain.BlockNumber + Threshold);
    }

    [Category("Upload")]
    [Test]
    public async Task PaidTrainingSteps_NoChannel_OpenAndFillItForThemselvesAlone()
    {
        var snet = Connect();
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "x");

        await service.Training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), TokenAmount.FromCogs(7));
        (await service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(7);
        await service.Training.TrainModelAsync(model.Id, TokenAmount.FromCogs(11));
        (await service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(18);
    }

    [Test]
    public async Task CallAsync_DepositsNotAllowed_EscrowAloneIsUsed()
    {
        var snet = Connect(options => options.Funding = new ChannelFunding { DepositFromWallet = false });
        var service = Service(snet);

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => service.CallAsync("add", Numbers));
        await snet.Account.DepositAsync(TokenAmount.FromCogs(20));
        await service.CallAsync("add", Numbers);

        (error.Balance, error.Needed.Cogs, error.Available.Cogs).ShouldBe(("escrow", 5, 0));
        (await service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(20);
    }

    [Test]
    public async Task GetBalanceAsync_AfterCallsAndTraining_AllTokensAreAccountedFor()
    {
        var snet = Connect();
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "x");
        await service.CallAsync("add", Numbers);
        await service.Training.ValidateModelAsync(model.Id, new Uri("https://data.example/set.zip"), TokenAmount.FromCogs(7));

        var balance = await snet.Account.GetBalanceAsync();
        var channels = await service.Channels.ListAsync();
        (balance.Wallet + balance.Escrow + channels.Aggregate(TokenAmount.Zero, (sum, channel) => sum + channel.Value)).ShouldBe(TokenAmount.FromTokens(1000));
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };
}
