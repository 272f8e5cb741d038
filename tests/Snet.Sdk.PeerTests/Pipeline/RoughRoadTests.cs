using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Tests;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>Transactions that don't go smoothly on a real node: stuck, dropped, behind a gap, side by side with another process.</summary>
public sealed class RoughRoadTests : RealPlatformTest
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private PrivateKeySigner _receiver = null!;
    private SnetAccount _account = null!;

    [SetUp]
    public async Task DepositAsync()
    {
        _receiver = PrivateKeySigner.CreateRandom();
        await Snet.Account.DepositAsync(Cogs(300));
        _account = Connect(Account, options => (options.TimeProvider, options.TransactionTimeout, options.AttemptTimeout) = (_time, TimeSpan.FromHours(1), TimeSpan.FromDays(1))).Account;
    }

    [TearDown]
    public async Task MineAgainAsync()
    {
        _receiver.Dispose();
        if (Chain is null)
            return; // left out
        await Chain.AskAsync("evm_setAutomine", [true]);
        await Chain.MineAsync(1);
    }

    [Test]
    public async Task TransferAsync_FeesRiseBeyondWhatItOffers_GoesForMoreAndCountsOnce()
    {
        await StopMiningAsync();
        var transferring = _account.TransferAsync(_receiver.Address, Cogs(10));
        var first = (await WaitingAsync(1)).Single();
        var fee = Number(first, "maxFeePerGas");
        await Chain.AskAsync("anvil_setNextBlockBaseFeePerGas", [Hex.EncodeNumber(fee * 3 / 2)]);
        await Chain.MineAsync(1); // without it: it offers too little now, and this node throws it out
        (await Chain.AskAsync("eth_getTransactionByHash", [Hash(first)])).ValueKind.ShouldBe(JsonValueKind.Null);

        for (var seconds = 0; seconds < 20; seconds++)
            await PassAsync(Second); // the same bytes are refused
        var second = (await WaitingAsync(1)).Single();

        Number(second, "nonce").ShouldBe(Number(first, "nonce"));
        Number(second, "maxFeePerGas").ShouldBeGreaterThan(fee * 3 / 2);
        Number(second, "maxPriorityFeePerGas").ShouldBeGreaterThanOrEqualTo(Number(first, "maxPriorityFeePerGas") * 11 / 10);
        await Chain.MineAsync(1);
        await _time.RunAsync(transferring, Second);
        (await GetEscrowAsync(_receiver)).ShouldBe(10);
    }

    [Test]
    public async Task TransferAsync_NoBlockComes_IsReplacedSeveralTimesAndOneCounts()
    {
        await StopMiningAsync();
        HashSet<string> hashes = [];

        var transferring = _account.TransferAsync(_receiver.Address, Cogs(10));
        for (var seconds = 0; seconds < 210; seconds++)
        {
            hashes.Add(Hash((await WaitingAsync(1)).Single()));
            await PassAsync(Second);
        }

        hashes.Count.ShouldBe(4); // after one minute, two and three
        await Chain.MineAsync(1);
        await _time.RunAsync(transferring, Second);
        (await GetEscrowAsync(_receiver)).ShouldBe(10);
    }

    [Test]
    public async Task TransferAsync_NodeDropsIt_IsSentAgainAndThoseBehindItCount()
    {
        await StopMiningAsync();
        var all = new List<Task> { _account.TransferAsync(_receiver.Address, Cogs(10)) };
        var first = Hash((await WaitingAsync(1)).Single());
        all.Add(_account.TransferAsync(_receiver.Address, Cogs(20)));
        await WaitingAsync(2);

        await Chain.AskAsync("anvil_dropTransaction", [first]);
        all.Add(_account.TransferAsync(_receiver.Address, Cogs(30))); // takes the third nonce, not that of the gap
        for (var seconds = 0; seconds < 20; seconds++)
            await PassAsync(Second);

        var waiting = await WaitingAsync(3);
        waiting.Select(Hash).ShouldContain(first); // the very same bytes
        await Chain.MineAsync(1);
        await _time.RunAsync(Task.WhenAll(all), Second);
        (await GetEscrowAsync(_receiver)).ShouldBe(60);
        (await CountTransactionsAsync(Account)).ShouldBe(2 + 3);
    }

    [Test]
    public async Task TransferAsync_OneThatNobodyWaitsForWasDropped_GoesAgainBeforeTheNext()
    {
        await StopMiningAsync();
        using var giveUp = new CancellationTokenSource();
        var given = _account.TransferAsync(_receiver.Address, Cogs(10), giveUp.Token);
        var first = Hash((await WaitingAsync(1)).Single());
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);
        await Chain.AskAsync("anvil_dropTransaction", [first]);

        var next = _account.TransferAsync(_receiver.Address, Cogs(20));
        for (var seconds = 0; seconds < 20; seconds++)
            await PassAsync(Second);
        await WaitingAsync(2);
        await Chain.MineAsync(1);
        await _time.RunAsync(next, Second);

        (await GetEscrowAsync(_receiver)).ShouldBe(30);
    }

    [Test]
    public async Task DepositAsync_FreshAccountAndFeesRise_ApprovalAndDepositComeThrough()
    {
        using var fresh = await NewAccountAsync(100);
        var account = Connect(fresh, options => (options.TimeProvider, options.TransactionTimeout, options.AttemptTimeout) = (_time, TimeSpan.FromHours(1), TimeSpan.FromDays(1))).Account;
        await StopMiningAsync();

        var depositing = account.DepositAsync(Cogs(100));
        var approval = (await WaitingAsync(1)).Single();
        Number(approval, "nonce").ShouldBe(0);
        await Chain.AskAsync("anvil_setNextBlockBaseFeePerGas", [Hex.EncodeNumber(Number(approval, "maxFeePerGas") * 2)]);
        await Chain.MineAsync(1);
        for (var seconds = 0; seconds < 70; seconds++)
            await PassAsync(Second);
        await Chain.AskAsync("evm_setAutomine", [true]);
        await Chain.MineAsync(1);
        await _time.RunAsync(depositing, Second);

        (await GetEscrowAsync(fresh)).ShouldBe(100);
        (await CountTransactionsAsync(fresh)).ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_AnotherProcessFillsWithTheSameEscrow_LooksAgainAndBothArePaid()
    {
        await Snet.Account.WithdrawAsync(Cogs(285));
        var other = ServiceOf(Connect(Account, FillForEachCall));
        await PayAsync(other); // ten cogs are left in escrow
        using var between = new BetweenHandler(EscrowContract.ChannelExtendAndAddFunds, async () =>
        {
            await PayAsync(other);
            await PayAsync(other);
        });
        var service = ServiceOf(Connect(Account, options =>
        {
            FillForEachCall(options);
            options.NodeHttpHandler = between;
        }));

        await PayAsync(service); // its filling is refused: "Insufficient balance in the contract"

        between.HasStruck.ShouldBeTrue();
        var channel = (await Service.Channels.ListAsync()).ShouldHaveSingleItem();
        (await Till.FindUnclaimedAsync(channel.Id)).ShouldNotBeNull().Amount.ShouldBe(4 * CallPrice.Cogs);
        var balance = await Snet.Account.GetBalanceAsync();
        (balance.Wallet + balance.Escrow + channel.Value).ShouldBe(Cogs(1000));
        channel.Value.ShouldBe(Cogs(20));
    }

    // Of two that plan the same deposit the second finds the allowance used up.
    [TestCase(400)]
    [TestCase(301)]
    public async Task DepositAsync_AnotherProcessUsesItsAllowance_LooksAgainAndOnlyARealLackEndsIt(int inWallet)
    {
        await Snet.Account.DepositAsync(Cogs(700 - inWallet));
        using var between = new BetweenHandler(EscrowContract.Deposit, () => Snet.Account.DepositAsync(Cogs(200)));

        var depositing = Connect(Account, options => options.NodeHttpHandler = between).Account.DepositAsync(Cogs(200));

        if (inWallet == 400)
        {
            await depositing;
        }
        else
        {
            var error = await Should.ThrowAsync<InsufficientFundsException>(depositing);
            (error.Balance, error.Needed, error.Available).ShouldBe(("wallet", Cogs(200), Cogs(101)));
        }

        between.HasStruck.ShouldBeTrue();
        var balance = await Snet.Account.GetBalanceAsync();
        (balance.Wallet, balance.Escrow).ShouldBe(inWallet == 400 ? (Cogs(0), Cogs(1000)) : (Cogs(101), Cogs(899)));
    }

    private static void FillForEachCall(SnetClientOptions options) => options.Funding = new ChannelFunding { CallsAhead = 1, MaxCallsAhead = 1 };

    private async Task StopMiningAsync() => await Chain.AskAsync("evm_setAutomine", [false]);

    // A second of the client's clock, and time for what it sets off.
    private async Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        await Task.Delay(5);
    }

    // The account's transactions that can go into a block, once there are so many.
    private async Task<IReadOnlyList<JsonElement>> WaitingAsync(int count)
    {
        IReadOnlyList<JsonElement> waiting = [];
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var content = await Chain.AskAsync("txpool_content", []);
            waiting = [.. content.GetProperty("pending").EnumerateObject().SelectMany(account => account.Value.EnumerateObject()).Select(transaction => transaction.Value)];
            if (waiting.Count == count)
                return waiting;
            await PassAsync(TimeSpan.FromMilliseconds(20));
        }

        waiting.Count.ShouldBe(count);
        return waiting;
    }

    private static string Hash(JsonElement transaction) => transaction.GetProperty("hash").GetString()!;

    private static BigInteger Number(JsonElement transaction, string name) => Hex.DecodeNumber(transaction.GetProperty(name).GetString()!);
}
