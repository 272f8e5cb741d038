using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Channels are filled seldom, and before they run dry.</summary>
[Category("Sandbox")]
[NonParallelizable] // the chain's blocks come when these tests say so
public sealed class FundingTests : PlatformTest
{
    private PrivateKeySigner _signer = null!;

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [SetUp]
    public void MakeAccount() => _signer = NewSigner();

    [TearDown]
    public void MineAgain()
    {
        Sandbox.Chain.AutoMine = true;
        _signer.Dispose();
    }

    [Test]
    public async Task CallAsync_AThousandCallsWithDefaults_PayGasSevenTimesAndTheNextThousandOnce()
    {
        var service = NewClient();

        await CallAsync(service, 1_000);

        (await FillingsAsync(service)).ShouldBe([10, 20, 40, 80, 160, 320, 640]);
        Nonce.ShouldBe(2 + (6 * 3)); // an approval and a deposit with each, since escrow was empty
        await CallAsync(service, 1_000);
        (await FillingsAsync(service)).Skip(7).ShouldBe([1_000]);
        Sandbox.Daemon.GetSignedTotal((await service.Channels.ListAsync()).ShouldHaveSingleItem().Id).ShouldBe(2_000 * 5);
    }

    [Test]
    public async Task CallAsync_EscrowHoldsEnough_EachFillingIsOneTransaction()
    {
        var service = NewClient();
        await service.Client.Account.DepositAsync(TokenAmount.FromCogs(100_000));
        var before = Nonce;

        await CallAsync(service, 200);

        (await FillingsAsync(service)).ShouldBe([10, 20, 40, 80, 160]);
        (Nonce - before).ShouldBe(5);
    }

    [Test]
    public async Task CallAsync_ATenthIsLeft_IsFilledBesideTheCallsAndNoneWaitsForTheBlock()
    {
        var service = NewClient();
        await service.Client.Account.DepositAsync(TokenAmount.FromCogs(100_000));
        await CallAsync(service, 28);
        (await FillingsAsync(service)).ShouldBe([10, 20]);
        Sandbox.Chain.AutoMine = false;

        await CallAsync(service, 1); // one call is left, which is less than a tenth of twenty
        await Sandbox.Chain.PendingAsync(_signer.Address, 1);
        await CallAsync(service, 1); // no block has come

        var block = Sandbox.Chain.BlockNumber;
        var next = service.CallAsync("add", Numbers);
        Sandbox.Chain.Mine();
        Sandbox.Chain.AutoMine = true;
        await next;
        Sandbox.Chain.BlockNumber.ShouldBe(block + 1); // it waited for the filling that was under way, and sent none of its own
        (await FillingsAsync(service)).ShouldBe([10, 20, 40]);
    }

    [Test]
    public async Task CallAsync_ChannelNearsItsEnd_IsExtendedBesideTheCalls()
    {
        var time = new ManualTime();
        var service = NewClient(options =>
        {
            (options.TimeProvider, options.Funding) = (time, new ChannelFunding { ExtraBlocks = 1_000 });
            options.AttemptTimeout = options.CallTimeout = options.TransactionTimeout = TimeSpan.FromDays(10);
        });
        await time.RunAsync(CallAsync(service, 1), TimeSpan.FromMilliseconds(50));
        var before = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        Sandbox.Chain.Mine(950);
        time.Advance(TimeSpan.FromSeconds(12) * 950);

        await CallAsync(service, 1);

        var after = before;
        for (var limit = 0; after == before; limit++)
        {
            limit.ShouldBeLessThan(1_000);
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(2);
            after = (await NewClient().Channels.ListAsync()).Single();
        }

        after.Value.ShouldBe(before.Value);
        after.Expiration.ShouldBeGreaterThanOrEqualTo(before.Expiration + 900);
    }

    [Test]
    public async Task CallAsync_FillingAheadFails_NoCallDependsOnItAndItIsNotTriedAtEach()
    {
        using var logs = new CollectingLogs();
        var service = NewClient(options => options.LoggerFactory = logs);
        await service.Client.Account.DepositAsync(TokenAmount.FromCogs(35 * 5));
        await CallAsync(service, 11); // thirty are paid for, and five in escrow
        Sandbox.Chain.Ledger.Fund(_signer.Address, 0, -(await service.Client.Account.GetBalanceAsync()).Wei);

        await CallAsync(service, 19);
        for (var limit = 0; !logs.Lines.Any(line => line.StartsWith("2033 ", StringComparison.Ordinal)); limit++)
        {
            limit.ShouldBeLessThan(1_000);
            await Task.Delay(5);
        }

        (await Should.ThrowAsync<InsufficientFundsException>(() => CallAsync(service, 1))).Balance.ShouldBe("gas"); // the channel is used up
        logs.Lines.Count(line => line.StartsWith("2033 ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [TestCase(500)]
    [TestCase(null)]
    public async Task CallAsync_AfterARestartOnANodeThatAllowsFewBlocks_IsFilledForTwiceAsManyAsTheLastTime(int? most)
    {
        Sandbox.Chain.MaxLogRange = most;
        try
        {
            await CallAsync(NewClient(), 28); // 10 and 20, and not so many that it fills ahead
            Sandbox.Chain.Mine(3_000); // half a day

            var again = NewClient();
            await CallAsync(again, 3);

            (await FillingsAsync(again)).ShouldBe([10, 20, 40]);
        }
        finally
        {
            Sandbox.Chain.MaxLogRange = null;
        }
    }

    [Test]
    public async Task CallAsync_AccountHoldsLessThanAFilling_IsFilledWithWhatThereIsDownToOneCall()
    {
        using var poor = PrivateKeySigner.CreateRandom();
        Sandbox.Chain.Fund(poor.Address, 13 * 5 + 4, BigInteger.Pow(10, 19));
        var service = Service(Connect(signer: poor));

        await CallAsync(service, 13);

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => CallAsync(service, 1));
        (error.Needed.Cogs, error.Available.Cogs).ShouldBe((1, 0)); // the four cogs that were left over are in the channel
        Sandbox.Daemon.GetSignedTotal((await service.Channels.ListAsync()).ShouldHaveSingleItem().Id).ShouldBe(13 * 5);
    }

    [Test]
    public async Task CallAsync_DaemonHasLostItsStorage_GoesOnFromNothingAndNoMoreCanBeClaimedThanBefore([Values] bool restart, [Values] bool ownSigner)
    {
        using var logs = new CollectingLogs();
        using var second = PrivateKeySigner.CreateRandom();
        void Change(SnetClientOptions options) => (options.LoggerFactory, options.PaymentSigner) = (logs, ownSigner ? second : null);
        var service = NewClient(Change);
        var channel = (await service.CallAsync("add", Numbers)).Receipt!.ChannelId;
        await CallAsync(service, 3);
        Sandbox.Daemon.Faults.ForgetChannel(channel);
        if (restart)
            service = NewClient(Change);

        var receipt = (await service.CallAsync("add", Numbers)).Receipt.ShouldNotBeNull();

        (receipt.ChannelId, receipt.AmountBefore.Cogs, receipt.AmountAfter.Cogs).ShouldBe((channel, 0, 5)); // of the twenty that were signed before, so it costs nothing
        Sandbox.Daemon.GetSignedTotal(channel).ShouldBe(5);
        logs.Lines.Count(line => line.StartsWith("2031 ", StringComparison.Ordinal)).ShouldBe(restart ? 0 : 1); // a new client without a data directory knows of nothing before
        await CallAsync(service, 20);
        Sandbox.Daemon.GetSignedTotal(channel).ShouldBe(21 * 5);
        (await service.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task CallAsync_DaemonLosesItsStorageWhileAFateIsOpen_ALaterTotalSettlesIt()
    {
        var service = NewClient();
        var channel = (await service.CallAsync("add", Numbers)).Receipt!.ChannelId;
        using (var slow = Sandbox.Daemon.Faults.HoldStorage())
        {
            using var giveUp = new CancellationTokenSource();
            var given = service.CallAsync("add", Numbers, cancellationToken: giveUp.Token);
            while (slow.Struck == 0)
                await Task.Delay(1);
            await giveUp.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(given);
        }

        while (Sandbox.Daemon.Running > 0)
            await Task.Delay(1);
        Sandbox.Daemon.GetSignedTotal(channel).ShouldBe(10); // it was charged, and that is lost
        Sandbox.Daemon.Faults.ForgetChannel(channel);

        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(5);
        (await OutcomesAsync()).ShouldBe([PaymentOutcome.Paid, PaymentOutcome.Unknown, PaymentOutcome.Paid]); // from that total on the daemon could take it once more

        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        (await OutcomesAsync()).ShouldBe([PaymentOutcome.Paid, PaymentOutcome.NotCharged, PaymentOutcome.Paid, PaymentOutcome.Paid]);

        async Task<List<PaymentOutcome>> OutcomesAsync() => await service.Client.Account.ListReceiptsAsync().Select(receipt => receipt.Outcome).ToListAsync();
    }

    [Test]
    public async Task CallAsync_ThreeChannelsAndManyCallsAtOnce_EachChannelIsFilledByItselfAndTheBooksAgree()
    {
        var service = NewClient(options => options.Funding = new ChannelFunding { MaxChannels = 3, CallsAhead = 5 });

        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => service.CallAsync("add", Numbers)));

        var channels = await service.Channels.ListAsync();
        channels.Count.ShouldBeInRange(2, 3);
        var receipts = await service.Client.Account.ListReceiptsAsync().ToListAsync();
        receipts.Sum(receipt => (int)receipt.Paid.Cogs).ShouldBe(60 * 5);
        foreach (var channel in channels)
        {
            var paid = receipts.Where(receipt => receipt.ChannelId == channel.Id).Sum(receipt => (int)receipt.Paid.Cogs);
            Sandbox.Daemon.GetSignedTotal(channel.Id).ShouldBe(paid);
            channel.Value.Cogs.ShouldBeGreaterThanOrEqualTo(paid);
        }
    }

    private ServiceClient NewClient(Action<SnetClientOptions>? change = null) => Service(Connect(change, _signer));

    private static async Task CallAsync(ServiceClient service, int times)
    {
        for (var i = 0; i < times; i++)
            await service.CallAsync("add", Numbers);
    }

    // How many transactions of the account are in blocks.
    private BigInteger Nonce
    {
        get
        {
            lock (Sandbox.Chain.Ledger.Gate)
                return Sandbox.Chain.Ledger.AccountAt(_signer.Address, Sandbox.Chain.BlockNumber).Nonce;
        }
    }

    // In that moment a daemon refuses somebody else's payment, so the latest block is asked for again.
    [Test]
    public async Task CallAsync_NodeFailsRightAfterTheChannelWasOpened_TheNextUsesThatChannel()
    {
        using var node = new CutHandler();
        var service = Service(Connect(options => (options.NodeHttpHandler, options.MaxRetries) = (node, 0), _signer));
        await service.Client.Account.DepositAsync(TokenAmount.FromCogs(1_000));
        await service.GetMetadataAsync();
        node.Mined = service.Client.Chain.Blocks.Forget;

        try
        {
            await service.CallAsync("add", Numbers);
        }
        catch (EthereumRpcException)
        {
            // it may say so
        }

        node.IsCut.ShouldBeTrue();
        node.IsCut = false;
        await service.CallAsync("add", Numbers);
        (await service.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Channels_NodeFailsRightAfterTheTransaction_SaysThatMoneyMoved(bool opens)
    {
        using var node = new CutHandler { Method = "eth_getLogs" };
        var service = Service(Connect(options => (options.NodeHttpHandler, options.MaxRetries) = (node, 0), _signer));
        await service.Client.Account.DepositAsync(TokenAmount.FromCogs(1_000));
        var channel = await service.Channels.OpenAsync(TokenAmount.FromCogs(50));
        node.Mined = () => { };

        var error = await Should.ThrowAsync<EthereumRpcException>(() => opens
            ? service.Channels.OpenAsync(TokenAmount.FromCogs(50))
            : service.Channels.AddFundsAsync(channel.Id, TokenAmount.FromCogs(50)));

        (error.MoneyMoved, node.IsCut).ShouldBe((MoneyMoved.Yes, true));
    }

    // For how many calls the channel was opened, and then filled each time.
    private async Task<List<int>> FillingsAsync(ServiceClient service)
    {
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        List<int> fillings = [];
        lock (Sandbox.Chain.Ledger.Gate)
        {
            foreach (var log in Sandbox.Chain.Ledger.TransactionsOf(0, Sandbox.Chain.BlockNumber).SelectMany(transaction => transaction.Logs))
            {
                if (log.Topics[0] == EscrowContract.ChannelOpen.Topic && EscrowContract.ChannelOpen.Decode(log.Topics, log.Data) is var opened && (BigInteger)opened[0] == channel.Id)
                    fillings.Add((int)(BigInteger)opened[6] / 5);
                else if (log.Topics[0] == EscrowContract.ChannelFundsAdded.Topic && EscrowContract.ChannelFundsAdded.Decode(log.Topics, log.Data) is var added && (BigInteger)added[0] == channel.Id)
                    fillings.Add((int)(BigInteger)added[1] / 5);
            }
        }

        return fillings;
    }

    /// <summary>Does not answer one method, the latest block's number at first, once a transaction was seen in its block.</summary>
    private sealed class CutHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public Action? Mined { get; set; }

        public bool IsCut { get; set; }

        public string Method { get; init; } = "eth_blockNumber";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            if (IsCut && asked.Contains(Method, StringComparison.Ordinal))
                throw new HttpRequestException("the node is gone");
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            if (Mined is { } mined && asked.Contains("eth_getTransactionReceipt", StringComparison.Ordinal)
                && (await response.Content.ReadAsStringAsync(cancellationToken)).Contains("gasUsed", StringComparison.Ordinal))
            {
                (Mined, IsCut) = (null, true);
                mined();
            }

            return response;
        }
    }
}
