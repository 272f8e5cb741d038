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

    [TestCase(0, 2)]   // approve, deposit and open
    [TestCase(60, 3)]  // approve, deposit of what is missing, open
    [TestCase(100, 1)] // open
    public async Task DepositAndOpenAsync_SomethingInEscrow_DepositsJustWhatIsMissing(int inEscrow, int transactions)
    {
        if (inEscrow > 0)
            await Snet.Account.DepositAsync(Cogs(inEscrow));
        var sent = await CountTransactionsAsync(Account);

        var channel = await Service.Channels.DepositAndOpenAsync(Cogs(100));

        channel.Value.ShouldBe(Cogs(100));
        (await CountTransactionsAsync(Account) - sent).ShouldBe(transactions);
        var balance = await Snet.Account.GetBalanceAsync();
        (balance.Wallet, balance.Escrow).ShouldBe((Cogs(900), Cogs(0)));
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

    [Test]
    public async Task WithdrawAsync_RevertedInItsBlock_TellsHashAndTheContractsReason()
    {
        await Snet.Account.DepositAsync(Cogs(300));
        using var handler = new LatestEstimates();
        var account = Connect(Account, options => options.NodeHttpHandler = handler).Account;
        Task Withdraw() => account.WithdrawAsync(Cogs(200)); // each would pass alone

        var error = await Should.ThrowAsync<TransactionFailedException>(() => InOneBlockAsync(Withdraw, Withdraw));

        error.RevertReason.ShouldBe("Insufficient balance in the contract.");
        error.MoneyMoved.ShouldBe(MoneyMoved.No);
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
}
