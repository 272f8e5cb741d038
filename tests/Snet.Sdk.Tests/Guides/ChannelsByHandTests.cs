using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Guides;

/// <summary>Channels and escrow by hand: no token is made or lost on the way.</summary>
[Category("Sandbox")]
public sealed class ChannelsByHandTests : PlatformTest
{
    private static readonly TokenAmount Hundred = TokenAmount.FromCogs(100);

    [Test]
    public async Task Escrow_DepositTransferWithdraw_BalancesAddUp()
    {
        var (mine, other) = (Connect(), Connect());
        var start = TokenAmount.FromTokens(1000);

        await mine.Account.DepositAsync(Hundred);
        await mine.Account.TransferAsync(other.Account.Address, TokenAmount.FromCogs(30));
        await mine.Account.WithdrawAsync(TokenAmount.FromCogs(50));
        await other.Account.WithdrawAsync(TokenAmount.FromCogs(10));

        var (a, b) = (await mine.Account.GetBalanceAsync(), await other.Account.GetBalanceAsync());
        (a.Wallet, a.Escrow).ShouldBe((start - TokenAmount.FromCogs(50), TokenAmount.FromCogs(20)));
        (b.Wallet, b.Escrow).ShouldBe((start + TokenAmount.FromCogs(10), TokenAmount.FromCogs(20)));
    }

    [Test]
    public async Task Escrow_MoreThanThereIs_IsSaidBeforeAnythingIsSent()
    {
        var snet = Connect(signer: NewSigner(tokens: 1));
        var block = Sandbox.Chain.BlockNumber;

        var deposit = await Should.ThrowAsync<InsufficientFundsException>(() => snet.Account.DepositAsync(TokenAmount.FromTokens(2)));
        var withdraw = await Should.ThrowAsync<InsufficientFundsException>(() => snet.Account.WithdrawAsync(Hundred));
        var transfer = await Should.ThrowAsync<InsufficientFundsException>(() => snet.Account.TransferAsync(Stranger, Hundred));
        await Should.ThrowAsync<ArgumentException>(() => snet.Account.TransferAsync(default, Hundred));
        await Should.ThrowAsync<ArgumentException>(() => snet.Account.DepositAsync(TokenAmount.Zero));

        (deposit.Balance, withdraw.Balance, transfer.Balance).ShouldBe(("wallet", "escrow", "escrow"));
        Sandbox.Chain.BlockNumber.ShouldBe(block);
    }

    [Test]
    public async Task OpenAsync_TokensInEscrow_OnlyThoseAreUsed()
    {
        var snet = Connect();
        var service = Service(snet);

        (await Should.ThrowAsync<InsufficientFundsException>(() => service.Channels.OpenAsync(Hundred))).Balance.ShouldBe("escrow");
        await snet.Account.DepositAsync(Hundred);
        var end = Sandbox.Chain.BlockNumber + 50_000;
        var channel = await service.Channels.OpenAsync(TokenAmount.FromCogs(60), end);

        (channel.Value.Cogs, channel.Expiration, channel.Sender, channel.Recipient)
            .ShouldBe((60, end, snet.Account.Address, Platform.Recipient));
        (await snet.Account.GetBalanceAsync()).Escrow.Cogs.ShouldBe(40);
        (await service.Channels.ListAsync()).ShouldBe([channel]);
    }

    [Test]
    public async Task DepositAndOpenAsync_EscrowHoldsAPart_TakesTheFewestTransactions()
    {
        var snet = Connect();
        var service = Service(snet);
        await snet.Account.DepositAsync(TokenAmount.FromCogs(40));

        var channel = await service.Channels.DepositAndOpenAsync(Hundred);

        var balance = await snet.Account.GetBalanceAsync();
        // A deposit of the missing 60 and an opening would be a transaction more.
        (channel.Value, balance.Wallet, balance.Escrow).ShouldBe((Hundred, TokenAmount.FromTokens(1000) - Hundred - TokenAmount.FromCogs(40), TokenAmount.FromCogs(40)));
        await Should.ThrowAsync<InsufficientFundsException>(() => service.Channels.DepositAndOpenAsync(TokenAmount.FromTokens(1000)));
    }

    [Test]
    public async Task Channel_FilledAndExtended_EachStepShowsAndTheNextCallPaysFromIt()
    {
        var snet = Connect();
        var service = Service(snet);
        await snet.Account.DepositAsync(Hundred);
        var opened = await service.Channels.OpenAsync(TokenAmount.FromCogs(1));

        var filled = await service.Channels.AddFundsAsync(opened.Id, TokenAmount.FromCogs(2));
        var extended = await service.Channels.ExtendAsync(opened.Id, opened.Expiration + 10);
        var both = await service.Channels.ExtendAndAddFundsAsync(opened.Id, opened.Expiration + 20, TokenAmount.FromCogs(2));
        var call = await service.CallAsync("add", Numbers);

        filled.ShouldBe(opened with { Value = TokenAmount.FromCogs(3) });
        extended.ShouldBe(filled with { Expiration = opened.Expiration + 10 });
        both.ShouldBe(filled with { Value = TokenAmount.FromCogs(5), Expiration = opened.Expiration + 20 });
        call.Receipt!.ChannelId.ShouldBe(opened.Id);
        (await service.Channels.ListAsync()).ShouldBe([both]);
        (await snet.Account.GetBalanceAsync()).Escrow.Cogs.ShouldBe(95);
    }

    [Test]
    public async Task Channel_WhatTheContractRefuses_IsToldWithItsReason()
    {
        var service = Service(Connect());
        var channel = await service.Channels.DepositAndOpenAsync(Hundred);

        var early = await Should.ThrowAsync<TransactionFailedException>(() => service.Channels.ExtendAsync(channel.Id, channel.Expiration - 1));
        var poor = await Should.ThrowAsync<TransactionFailedException>(() => service.Channels.AddFundsAsync(channel.Id, Hundred));
        var soon = await Should.ThrowAsync<TransactionFailedException>(() => service.Channels.ClaimTimeoutAsync(channel.Id));
        var foreign = await Should.ThrowAsync<TransactionFailedException>(() => Service(Connect()).Channels.ClaimTimeoutAsync(channel.Id));

        foreach (var error in (TransactionFailedException[])[early, poor, soon, foreign])
        {
            error.RevertReason.ShouldNotBeNullOrEmpty();
            error.MoneyMoved.ShouldBe(MoneyMoved.No);
        }

        (await service.Channels.ListAsync()).ShouldBe([channel]);
    }

    [Test]
    public async Task ClaimTimeoutAsync_Expired_EverythingComesBackAndTheNextCallFillsTheChannelAnew()
    {
        var snet = Connect();
        var service = Service(snet);
        await service.CallAsync("add", Numbers);
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();

        Sandbox.Chain.Mine((long)(channel.Expiration - Sandbox.Chain.BlockNumber));
        var emptied = await service.Channels.ClaimTimeoutAsync(channel.Id);
        (emptied.Value, emptied.Nonce).ShouldBe((TokenAmount.Zero, 1));
        (await snet.Account.GetBalanceAsync()).Escrow.ShouldBe(channel.Value);
        await snet.Account.WithdrawAsync(channel.Value);
        (await snet.Account.GetBalanceAsync()).Wallet.ShouldBe(TokenAmount.FromTokens(1000));

        var call = await service.CallAsync("add", Numbers);

        (call.Receipt!.ChannelId, call.Receipt.Nonce, call.Receipt.AmountAfter.Cogs).ShouldBe((channel.Id, 1, 5));
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };
}
