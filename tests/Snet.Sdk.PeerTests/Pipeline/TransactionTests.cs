using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>Every transaction that the SDK can send, on the real contracts, and how each of them fails.</summary>
public sealed class TransactionTests : RealPlatformTest
{
    [Test]
    public async Task DepositAsync_FreshAccount_SendsApprovalWithNonceZeroThenDeposit()
    {
        var first = await Chain.Client.GetBlockNumberAsync(default) + 1;

        await Snet.Account.DepositAsync(Cogs(300));

        (await SentSinceAsync(first)).ShouldBe([(0, Chain.Token), (1, Chain.Mpe)]);
        var balance = await Snet.Account.GetBalanceAsync();
        (balance.Wallet, balance.Escrow).ShouldBe((Cogs(700), Cogs(300)));
        balance.Wei.ShouldBeLessThan(10 * BigInteger.Pow(10, 18)); // gas
        (await Chain.CallAsync(Chain.Token, TokenContract.Allowance, Account.Address, Chain.Mpe)).ShouldBe([BigInteger.Zero]); // not a cog more was allowed
    }

    [Test]
    public async Task WithdrawAsync_PartOfEscrow_ComesBackToTheWallet()
    {
        await Snet.Account.DepositAsync(Cogs(300));

        await Snet.Account.WithdrawAsync(Cogs(120));

        var balance = await Snet.Account.GetBalanceAsync();
        (balance.Wallet, balance.Escrow).ShouldBe((Cogs(820), Cogs(180)));
    }

    [Test]
    public async Task TransferAsync_PartOfEscrow_IsInTheReceiversEscrow()
    {
        using var receiver = PrivateKeySigner.CreateRandom();
        await Snet.Account.DepositAsync(Cogs(300));

        await Snet.Account.TransferAsync(receiver.Address, Cogs(120));

        (await GetEscrowAsync(Account)).ShouldBe(180);
        (await GetEscrowAsync(receiver)).ShouldBe(120);
    }

    [Test]
    public async Task OpenAsync_FromEscrow_IsTheChannelOfTheContract()
    {
        await Snet.Account.DepositAsync(Cogs(300));

        var channel = await Service.Channels.OpenAsync(Cogs(100), 5000);

        (channel.Sender, channel.Signer, channel.Recipient).ShouldBe((Account.Address, Account.Address, Sandbox.Platform.Recipient));
        (channel.Nonce, channel.Value, channel.Expiration).ShouldBe((0, Cogs(100), 5000));
        (await Chain.CallAsync(Chain.Mpe, EscrowContract.Channels, channel.Id)).ShouldBe(
        [
            BigInteger.Zero, Account.Address, Account.Address, Sandbox.Platform.Recipient, Convert.FromBase64String(channel.GroupId), new BigInteger(100),
            new BigInteger(5000),
        ]);
        (await Service.Channels.ListAsync()).ShouldBe([channel]);
        (await GetEscrowAsync(Account)).ShouldBe(200);
        (await PayAsync(Service)).ChannelId.ShouldBe(channel.Id);
    }

    [TestCase(0, 1000, "Approve, DepositAndOpen", 900, 0)]
    [TestCase(60, 940, "Approve, DepositAndOpen", 840, 60)] // a deposit of the rest and an opening would be a transaction more
    [TestCase(60, 50, "Approve, Deposit, Open", 10, 0)]
    [TestCase(100, 900, "Open", 900, 0)]
    public async Task FundAsync_NewChannel_SendsWhatThePlanNamesAndCostsNoMore(int inEscrow, int inWallet, string steps, int walletAfter, int escrowAfter)
    {
        if (inWallet < 1000)
            await Snet.Account.DepositAsync(Cogs(1000 - inWallet));
        if (inEscrow + inWallet < 1000)
            await Snet.Account.TransferAsync(Sandbox.Platform.Recipient, Cogs(1000 - inWallet - inEscrow));
        var plan = await Service.Channels.PlanFundingAsync(Cogs(100));

        await ShouldCostAsync(plan);

        string.Join(", ", plan.Steps).ShouldBe(steps);
        var balance = await Snet.Account.GetBalanceAsync();
        (balance.Wallet, balance.Escrow).ShouldBe((Cogs(walletAfter), Cogs(escrowAfter)));
    }

    [TestCase(0, 150, "Approve, Deposit, ExtendAndAddFunds")]
    [TestCase(50, 150, "ExtendAndAddFunds")]
    [TestCase(0, 100, "Extend")]
    [TestCase(0, 0, "")]
    public async Task FundAsync_OpenChannel_SendsWhatThePlanNamesAndCostsNoMore(int inEscrow, int needed, string steps)
    {
        var end = needed == 0 ? (BigInteger?)null : await Chain.Client.GetBlockNumberAsync(default) + 20; // near: it must be extended
        await Service.Channels.DepositAndOpenAsync(Cogs(100), end);
        if (inEscrow > 0)
            await Snet.Account.DepositAsync(Cogs(inEscrow));
        var plan = await Service.Channels.PlanFundingAsync(Cogs(needed));

        await ShouldCostAsync(plan);

        string.Join(", ", plan.Steps).ShouldBe(steps);
    }

    [Test]
    public async Task ReclaimAllAsync_SomeChannelsExpired_BringsBackTheirsAlone()
    {
        await Snet.Account.DepositAsync(Cogs(300));
        var block = await Chain.Client.GetBlockNumberAsync(default);
        await Service.Channels.OpenAsync(Cogs(100), block + 30);
        await Service.Channels.OpenAsync(Cogs(50), block + 30);
        var lasting = await Service.Channels.OpenAsync(Cogs(20), block + 10_000);
        await Chain.MineAsync(30);
        var before = await Snet.Account.GetFundsAsync();

        var back = await Snet.Account.ReclaimAllAsync();

        var after = await Snet.Account.GetFundsAsync();
        (before.ReclaimableNow, back, after.ReclaimableNow).ShouldBe((Cogs(150), Cogs(150), Cogs(0)));
        (after.Wallet, after.Escrow, after.LockedInChannels).ShouldBe((Cogs(700), Cogs(280), Cogs(20)));
        after.Channels.ShouldHaveSingleItem().Channel.ShouldBe(lasting);
    }

    [Test]
    public async Task ChannelChanges_AddExtendAndBoth_AreTheContracts()
    {
        await Snet.Account.DepositAsync(Cogs(300));
        var channel = await Service.Channels.OpenAsync(Cogs(100), 5000);

        var added = await Service.Channels.AddFundsAsync(channel.Id, Cogs(20));
        var extended = await Service.Channels.ExtendAsync(channel.Id, 6000);
        var both = await Service.Channels.ExtendAndAddFundsAsync(channel.Id, 7000, Cogs(30));

        added.ShouldBe(channel with { Value = Cogs(120) });
        extended.ShouldBe(added with { Expiration = 6000 });
        both.ShouldBe(channel with { Value = Cogs(150), Expiration = 7000 });
        (await GetEscrowAsync(Account)).ShouldBe(150);
    }

    [Test]
    public async Task ClaimTimeoutAsync_ExpirationPassed_BringsEverythingBackToEscrow()
    {
        await Snet.Account.DepositAsync(Cogs(300));
        var expiration = await Chain.Client.GetBlockNumberAsync(default) + 30;
        var channel = await Service.Channels.OpenAsync(Cogs(100), expiration);
        var early = await Should.ThrowAsync<TransactionFailedException>(() => Service.Channels.ClaimTimeoutAsync(channel.Id));

        await Chain.MineAsync(30);
        var after = await Service.Channels.ClaimTimeoutAsync(channel.Id);

        (early.RevertReason, early.TransactionHash, early.MoneyMoved).ShouldBe(("Claim called too early.", null, MoneyMoved.No));
        after.ShouldBe(channel with { Nonce = 1, Value = Cogs(0), Expiration = 0 });
        (await GetEscrowAsync(Account)).ShouldBe(300);
    }

    [Test]
    public async Task Transactions_ManyAtOnceFromOneAccount_AllCountInNonceOrder()
    {
        using var receiver = PrivateKeySigner.CreateRandom();
        await Snet.Account.DepositAsync(Cogs(300));
        var first = await Chain.Client.GetBlockNumberAsync(default) + 1;

        await Task.WhenAll(
            Snet.Account.TransferAsync(receiver.Address, Cogs(10)), Snet.Account.WithdrawAsync(Cogs(20)),
            Snet.Account.TransferAsync(receiver.Address, Cogs(30)), Snet.Account.WithdrawAsync(Cogs(40)));

        (await SentSinceAsync(first)).Select(sent => sent.Nonce).ShouldBe([2, 3, 4, 5]);
        (await GetEscrowAsync(Account)).ShouldBe(200);
        (await GetEscrowAsync(receiver)).ShouldBe(40);
    }

    [Test]
    public async Task Transactions_TwoUnderWayInOneBlock_BothCount()
    {
        using var receiver = PrivateKeySigner.CreateRandom();
        await Snet.Account.DepositAsync(Cogs(300));

        await InOneBlockAsync(
            () => Snet.Account.TransferAsync(receiver.Address, Cogs(10)), () => Snet.Account.TransferAsync(receiver.Address, Cogs(30)));

        (await GetEscrowAsync(receiver)).ShouldBe(40);
    }

    [Test]
    public async Task Transactions_AnotherClientOfTheAccountTookTheNonce_TakesTheNext([Values] bool otherIsMined)
    {
        using var receiver = PrivateKeySigner.CreateRandom();
        await Snet.Account.DepositAsync(Cogs(300));
        using var handler = new SendGate();
        var other = Connect(Account, options => options.NodeHttpHandler = handler);
        var slow = other.Account.TransferAsync(receiver.Address, Cogs(10));
        await handler.Reached; // signed with the nonce that the next line takes
        if (otherIsMined)
        {
            await Snet.Account.TransferAsync(receiver.Address, Cogs(30));
            handler.Open();
            await slow;
        }
        else
        {
            await InOneBlockAsync(() => Snet.Account.TransferAsync(receiver.Address, Cogs(30)), () =>
            {
                handler.Open();
                return slow;
            });
        }

        (await GetEscrowAsync(receiver)).ShouldBe(40);
    }

    [TestCase("withdraw", "Insufficient balance in the contract.")]
    [TestCase("transfer", "Insufficient balance in the contract")]
    [TestCase("addFunds", "Insufficient balance in the contract")]
    [TestCase("extendAndAddFunds", "Insufficient balance in the contract")]
    public async Task Transactions_RevertedInTheirBlock_TellHashAndTheContractsReason(string what, string reason)
    {
        await Snet.Account.DepositAsync(Cogs(350));
        var channel = await Service.Channels.OpenAsync(Cogs(50), 5000);
        using var handler = new LatestEstimates();
        var client = Connect(Account, options => options.NodeHttpHandler = handler);
        var channels = ServiceOf(client).Channels;
        await channels.ListAsync();
        Task Send() => what switch // each would pass alone
        {
            "withdraw" => client.Account.WithdrawAsync(Cogs(200)),
            "transfer" => client.Account.TransferAsync(Sandbox.Platform.Recipient, Cogs(200)),
            "addFunds" => channels.AddFundsAsync(channel.Id, Cogs(200)),
            _ => channels.ExtendAndAddFundsAsync(channel.Id, 6000, Cogs(200)),
        };

        var error = await Should.ThrowAsync<TransactionFailedException>(() => InOneBlockAsync(Send, Send));

        (error.RevertReason, error.MoneyMoved).ShouldBe((reason, MoneyMoved.No));
        var receipt = (await Chain.Client.GetReceiptAsync(error.TransactionHash.ShouldNotBeNull(), default)).ShouldNotBeNull();
        receipt.Succeeded.ShouldBeFalse();
        (await GetEscrowAsync(Account)).ShouldBe(100);
    }

    [Test]
    public async Task ChannelChanges_WhatTheContractRefuses_IsToldBeforeAnythingIsSent()
    {
        await Snet.Account.DepositAsync(Cogs(300));
        var channel = await Service.Channels.OpenAsync(Cogs(100), 5000);
        using var stranger = await NewAccountAsync(0);
        var strangers = ServiceOf(Connect(stranger)).Channels;
        var sent = await CountTransactionsAsync(Account);

        (await ReasonAsync(() => Service.Channels.ExtendAsync(channel.Id, 4999))).ShouldBe("Invalid expiration.");
        (await ReasonAsync(() => Service.Channels.ExtendAndAddFundsAsync(channel.Id, 4999, Cogs(1)))).ShouldBe("Invalid expiration.");
        (await ReasonAsync(() => Service.Channels.AddFundsAsync(channel.Id, Cogs(201)))).ShouldBe("Insufficient balance in the contract");
        (await ReasonAsync(() => strangers.ExtendAsync(channel.Id, 6000))).ShouldBe("Sender not authorized");
        (await ReasonAsync(() => strangers.ClaimTimeoutAsync(channel.Id))).ShouldBe("Sender not authorized.");

        (await CountTransactionsAsync(Account)).ShouldBe(sent);
        (await CountTransactionsAsync(stranger)).ShouldBe(0);
    }

    [Test]
    public async Task DepositAsync_TooLittleEther_IsAboutGas([Values("0x0", "0x1", "0x2386f26fc1")] string wei)
    {
        await Chain.AskAsync("anvil_setBalance", [Account.Address.ToLowerString(), wei]);

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => Snet.Account.DepositAsync(Cogs(300)));

        (error.Balance, error.MoneyMoved).ShouldBe(("gas", MoneyMoved.No));
        error.Message.ShouldContain(Account.Address.ToString());
        (await CountTransactionsAsync(Account)).ShouldBe(0);
    }

    [Test]
    public async Task CallAsync_NoEtherForTheFirstChannel_IsAboutGasAndSignsNothing()
    {
        await Chain.AskAsync("anvil_setBalance", [Account.Address.ToLowerString(), "0x0"]);

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => PayAsync(Service));

        error.Balance.ShouldBe("gas");
        (await ReceiptsAsync(Snet)).ShouldBeEmpty();
    }

    private static async Task<string?> ReasonAsync(Func<Task> send)
    {
        var error = await Should.ThrowAsync<TransactionFailedException>(send);
        error.TransactionHash.ShouldBeNull();
        return error.RevertReason;
    }

    // Lets transactions gather at the node, one after the other, and mines them into one block.
    private async Task InOneBlockAsync(params Func<Task>[] sends)
    {
        List<Task> sending = [];
        await Chain.AskAsync("evm_setAutomine", [false]);
        try
        {
            foreach (var send in sends)
            {
                sending.Add(send());
                for (var attempt = 0; attempt < 250 && await WaitingAsync() < sending.Count; attempt++)
                    await Task.Delay(20);
                (await WaitingAsync()).ShouldBe(sending.Count);
            }
        }
        finally
        {
            await Chain.AskAsync("evm_setAutomine", [true]);
            await Chain.MineAsync(1);
        }

        await Task.WhenAll(sending);
    }

    private async Task<int> WaitingAsync()
    {
        var status = await Chain.AskAsync("txpool_status", []);
        return (int)Hex.DecodeNumber(status.GetProperty("pending").GetString()!);
    }

    // Nonces and receivers of what the account sent, in the chain's order.
    private async Task<List<(int Nonce, EthereumAddress To)>> SentSinceAsync(BigInteger block)
    {
        List<(int, EthereumAddress)> sent = [];
        for (var last = await Chain.Client.GetBlockNumberAsync(default); block <= last; block++)
        {
            var answer = await Chain.AskAsync("eth_getBlockByNumber", [Hex.EncodeNumber(block), true]);
            sent.AddRange(answer.GetProperty("transactions").EnumerateArray().Where(IsOurs).Select(transaction => (
                (int)Hex.DecodeNumber(transaction.GetProperty("nonce").GetString()!), EthereumAddress.Parse(transaction.GetProperty("to").GetString()!))));
        }

        return sent;
    }

    private bool IsOurs(JsonElement transaction) => EthereumAddress.Parse(transaction.GetProperty("from").GetString()!) == Account.Address;

    // As many transactions as it names, for no more gas than it says.
    private async Task ShouldCostAsync(FundingPlan plan)
    {
        var (sent, wei) = (await CountTransactionsAsync(Account), (await Snet.Account.GetBalanceAsync()).Wei);

        await Service.Channels.FundAsync(plan);

        (await CountTransactionsAsync(Account) - sent).ShouldBe(plan.Steps.Count);
        var paid = wei - (await Snet.Account.GetBalanceAsync()).Wei;
        TestContext.Out.WriteLine($"{plan}: paid {paid}");
        paid.ShouldBeInRange(plan.GasCost / 3, plan.GasCost);
        (await Service.Channels.PlanFundingAsync(plan.Needed)).Steps.ShouldBeEmpty();
    }
}
