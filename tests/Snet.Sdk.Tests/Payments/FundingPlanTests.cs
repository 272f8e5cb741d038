using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Payments;

/// <summary>What funding takes, shown before it is sent: each transaction makes a block on the sandbox, so they can be counted.</summary>
[Category("Sandbox")]
public sealed class FundingPlanTests : PlatformTest
{
    private static readonly TokenAmount Needed = TokenAmount.FromCogs(50);

    [TestCase(0, "Approve, DepositAndOpen", 50)]
    [TestCase(20, "Approve, DepositAndOpen", 50)] // two transactions; a deposit of the rest and an opening would be three
    [TestCase(50, "Open", 0)]
    public async Task PlanFundingAsync_NoChannel_NamesTheFewestTransactions(int inEscrow, string steps, int fromWallet)
    {
        var (snet, service) = await AccountAsync(inEscrow);

        var plan = await service.Channels.PlanFundingAsync(Needed);

        string.Join(", ", plan.Steps).ShouldBe(steps);
        (plan.Needed, plan.Channel, plan.Amount, plan.FromWallet, plan.FromEscrow).ShouldBe(
            (Needed, null, Needed, TokenAmount.FromCogs(fromWallet), TokenAmount.FromCogs(50 - fromWallet)));
        await ShouldCostAsync(snet, service, plan);
    }

    [Test]
    public async Task PlanFundingAsync_WalletAloneHoldsTooLittle_TakesWhatEscrowHas()
    {
        var (snet, service) = await AccountAsync(TokenAmount.FromTokens(1000).Cogs - 40);

        var plan = await service.Channels.PlanFundingAsync(TokenAmount.FromTokens(1000) - TokenAmount.FromCogs(10));

        plan.Steps.ShouldBe([FundingStep.Approve, FundingStep.Deposit, FundingStep.Open]);
        plan.FromWallet.ShouldBe(TokenAmount.FromCogs(30));
        await ShouldCostAsync(snet, service, plan);
    }

    [TestCase(0, "Approve, Deposit, ExtendAndAddFunds")]
    [TestCase(1000, "ExtendAndAddFunds")]
    public async Task PlanFundingAsync_ChannelHoldsTooLittle_FillsIt(int inEscrow, string steps)
    {
        var (snet, service) = await AccountAsync(0);
        var channel = await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(20));
        await service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });
        if (inEscrow > 0)
            await snet.Account.DepositAsync(TokenAmount.FromCogs(inEscrow));

        var plan = await service.Channels.PlanFundingAsync(Needed);

        string.Join(", ", plan.Steps).ShouldBe(steps);
        plan.Channel!.Id.ShouldBe(channel.Id);
        plan.Amount.ShouldBe(TokenAmount.FromCogs(35)); // 15 of 20 are left
        await ShouldCostAsync(snet, service, plan);
    }

    [Test]
    public async Task PlanFundingAsync_ChannelNearItsEnd_ExtendsIt()
    {
        var (snet, service) = await AccountAsync(0);
        var channel = await service.Channels.DepositAndOpenAsync(Needed, Sandbox.Chain.BlockNumber + 10);

        var plan = await service.Channels.PlanFundingAsync(Needed);

        plan.Steps.ShouldBe([FundingStep.Extend]);
        plan.Expiration.ShouldBeGreaterThan(channel.Expiration + 50_000);
        await ShouldCostAsync(snet, service, plan);
    }

    [Test]
    public async Task PlanFundingAsync_ChannelCanPay_NothingToDo()
    {
        var (snet, service) = await AccountAsync(0);
        await service.Channels.DepositAndOpenAsync(Needed);

        var plan = await service.Channels.PlanFundingAsync(Needed);

        (plan.Steps.Count, plan.Gas, plan.GasCost).ShouldBe((0, 0, BigInteger.Zero));
        await ShouldCostAsync(snet, service, plan);
    }

    [Test]
    public async Task PlanFundingAsync_AccountHoldsTooLittle_SaysHowMuchIsShort()
    {
        var (_, service) = await AccountAsync(0);

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => service.Channels.PlanFundingAsync(TokenAmount.FromTokens(1001)));

        (error.Needed, error.Available).ShouldBe((TokenAmount.FromTokens(1001), TokenAmount.FromTokens(1000)));
    }

    // Carried out, it sends as many transactions as it names, costs no more than it says, and is enough.
    private async Task ShouldCostAsync(SnetClient snet, ServiceClient service, FundingPlan plan)
    {
        var (block, wei) = (Sandbox.Chain.BlockNumber, (await snet.Account.GetBalanceAsync()).Wei);

        await service.Channels.FundAsync(plan);

        (Sandbox.Chain.BlockNumber - block).ShouldBe(plan.Steps.Count);
        (wei - (await snet.Account.GetBalanceAsync()).Wei).ShouldBeInRange(plan.GasCost / 4, plan.GasCost);
        (await service.Channels.PlanFundingAsync(plan.Needed)).Steps.ShouldBeEmpty();
    }

    private async Task<(SnetClient Snet, ServiceClient Service)> AccountAsync(BigInteger inEscrow)
    {
        var snet = Connect();
        if (inEscrow > 0)
            await snet.Account.DepositAsync(TokenAmount.FromCogs(inEscrow));
        return (snet, Service(snet));
    }
}
