using System.Numerics;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>P5 on the real contracts: wallet, escrow, channels and what was given away come to what the account was ever given, after whatever transaction.</summary>
public sealed class BooksTests : RealPlatformTest
{
    private BigInteger _given;
    private BigInteger _providerAtFirst;

    [SetUp]
    public async Task CountAsync() => (_given, _providerAtFirst) = (0, await Till.GetEscrowAsync());

    [Test]
    public async Task Account_AfterEveryTransactionThatTheSdkSends_AddsUp()
    {
        using var receiver = PrivateKeySigner.CreateRandom();
        var snet = Connect(Account, options => options.Funding = new ChannelFunding { ExtraBlocks = 240 });
        var service = ServiceOf(snet);
        var block = await Chain.Client.GetBlockNumberAsync(default);
        await StepAsync(() => snet.Account.DepositAsync(Cogs(300))); // approve, deposit
        var first = await StepAsync(() => service.Channels.OpenAsync(Cogs(40), block + 400));
        var second = await StepAsync(() => service.Channels.DepositAndOpenAsync(Cogs(300), block + 500));
        await StepAsync(() => service.Channels.AddFundsAsync(first.Id, Cogs(10)));
        await StepAsync(() => service.Channels.ExtendAsync(first.Id, block + 600));
        await StepAsync(() => service.Channels.ExtendAndAddFundsAsync(second.Id, block + 700, Cogs(7)));
        _given = 31;
        await StepAsync(() => snet.Account.TransferAsync(receiver.Address, Cogs(31)));
        await StepAsync(() => snet.Account.WithdrawAsync(Cogs(11)));
        await StepAsync(async () => await service.Channels.FundAsync(await service.Channels.PlanFundingAsync(Cogs(400))));

        await StepAsync(() => PayAsync(service));
        var receipt = await StepAsync(() => PayAsync(service));
        await StepAsync(async () => await Till.ClaimAsync(await Till.StartClaimAsync(receipt.ChannelId, 0)));
        var next = await StepAsync(() => PayAsync(service));
        await StepAsync(async () => await Till.ClaimAsync(await Till.StartClaimAsync(next.ChannelId, next.Nonce), sendBack: true));

        await StepAsync(() => Should.ThrowAsync<TransactionFailedException>(() => service.Channels.ClaimTimeoutAsync(first.Id))); // too early
        await StepAsync(() => Should.ThrowAsync<InsufficientFundsException>(() => snet.Account.WithdrawAsync(Cogs(1000))));
        await Chain.MineAsync(800);
        await StepAsync(() => service.Channels.ClaimTimeoutAsync(first.Id));
        await StepAsync(() => snet.Account.ReclaimAllAsync());
        await StepAsync(async () => await snet.Account.WithdrawAsync((await snet.Account.GetBalanceAsync()).Escrow));

        (await snet.Account.GetBalanceAsync()).Wallet.ShouldBe(Cogs(1000 - 31 - 15)); // three calls were claimed
        (await GetEscrowAsync(receiver)).ShouldBe(31);
    }

    [Test]
    public async Task PaymentSigner_ThatHoldsNothing_PaysAndTheAccountReclaimsTheRest()
    {
        using var second = PrivateKeySigner.CreateRandom();
        var snet = Connect(Account, options => (options.PaymentSigner, options.Funding) = (second, new ChannelFunding { ExtraBlocks = 240 }));
        var service = ServiceOf(snet);
        var receipt = await StepAsync(() => PayAsync(service));
        await StepAsync(() => PayAsync(service));
        await StepAsync(async () => await Till.ClaimAsync(await Till.StartClaimAsync(receipt.ChannelId, 0))); // with the second key's signature
        (await StepAsync(() => PayAsync(service))).Nonce.ShouldBe(1);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        (channel.Sender, channel.Signer).ShouldBe((Account.Address, second.Address));
        var funds = await snet.Account.GetFundsAsync();
        (funds.ReclaimableNow, funds.LockedInChannels).ShouldBe((Cogs(0), Cogs(40)));

        await Chain.MineAsync((int)(channel.Expiration - await Chain.Client.GetBlockNumberAsync(default)));
        var strangers = await Should.ThrowAsync<TransactionFailedException>(async () =>
        {
            await Chain.FundAsync(second.Address, 0); // ether for gas, so that the contract is asked
            await ServiceOf(Connect(second)).Channels.ClaimTimeoutAsync(channel.Id);
        });
        var back = await StepAsync(() => snet.Account.ReclaimAllAsync());

        strangers.RevertReason.ShouldBe("Sender not authorized.");
        back.ShouldBe(Cogs(40)); // what was signed after the claim came back, too: nobody had claimed it in time
        await StepAsync(async () => await snet.Account.WithdrawAsync((await snet.Account.GetBalanceAsync()).Escrow));
        (await snet.Account.GetBalanceAsync()).Wallet.ShouldBe(Cogs(990));
        (await CountTransactionsAsync(second)).ShouldBe(0);
    }

    private async Task StepAsync(Func<Task> step)
    {
        await step();
        await AddsUpAsync();
    }

    private async Task<T> StepAsync<T>(Func<Task<T>> step)
    {
        var result = await step();
        await AddsUpAsync();
        return result;
    }

    private async Task AddsUpAsync()
    {
        var funds = await Snet.Account.GetFundsAsync();
        var inChannels = funds.LockedInChannels.Cogs;
        var claimed = await Till.GetEscrowAsync() - _providerAtFirst;
        (funds.Wallet.Cogs + funds.Escrow.Cogs + inChannels + claimed + _given).ShouldBe(1000, $"wallet {funds.Wallet.Cogs}, escrow {funds.Escrow.Cogs}, channels {inChannels}, claimed {claimed}");
    }
}
