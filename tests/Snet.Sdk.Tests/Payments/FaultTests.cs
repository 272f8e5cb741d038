using System.Text.Json.Nodes;
using Snet.Sdk.Discovery;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Payments;

/// <summary>What a user sees when daemon, node or storage fail, and that nothing is ever paid twice.</summary>
[Category("Sandbox")]
public sealed class FaultTests : PlatformTest
{
    private SnetClient _snet = null!;
    private ServiceClient _service = null!;

    private DaemonFaults Daemon => Sandbox.Daemon.Faults;

    [SetUp]
    public async Task PayOnceAsync()
    {
        _snet = Connect(options => (options.MaxRetries, options.AttemptTimeout) = (1, TimeSpan.FromSeconds(2)));
        _service = Service(_snet);
        await AddAsync();
    }

    [TearDown]
    public async Task DisposeClientsAsync()
    {
        await _service.DisposeAsync();
        await _snet.DisposeAsync();
    }

    [Test]
    public async Task CallAsync_AnswerIsLost_SaysThatItWasPaidAndTheNextCallGoesOn()
    {
        using var fault = Daemon.CutNextAnswer();

        var error = await Should.ThrowAsync<ServiceCallException>(AddAsync);

        (error.MoneyMoved, error.Origin, error.IsTransient, fault.Struck).ShouldBe((MoneyMoved.Yes, CallOrigin.Transport, true, 1));
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.Paid);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task CallAsync_ConnectionIsCut_SaysThatNothingWasPaidAndTheNextCallGoesOn(bool before)
    {
        using var fault = before ? Daemon.CutNextRequest() : Daemon.CutNextCall();

        var error = await Should.ThrowAsync<ServiceCallException>(AddAsync);

        (error.MoneyMoved, error.Origin, error.IsTransient, fault.Struck).ShouldBe((MoneyMoved.No, CallOrigin.Transport, true, 1));
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task CallAsync_AnswerIsSlow_EndsAtItsTimeLimitAndTheNextCallGoesOn()
    {
        using var fault = Daemon.DelayNextAnswer(TimeSpan.FromMinutes(10));

        var error = await Should.ThrowAsync<ServiceCallException>(
            () => _service.CallAsync("add", Numbers, new ServiceCallOptions { Timeout = TimeSpan.FromMilliseconds(200) }));

        (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, true));
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task CallAsync_PaymentIsRefused_GivesCodeAndWordsOfTheDaemon()
    {
        using var fault = Daemon.RefuseNextPayment();

        var error = await Should.ThrowAsync<PaymentRejectedException>(AddAsync);

        (error.MoneyMoved, error.IsTransient, fault.Struck).ShouldBe((MoneyMoved.No, false, 1));
        error.Message.ShouldContain("payment signature is not valid");
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task CallAsync_RefusedWithAnotherCode_IsACallThatFailedAndCostNothing()
    {
        using var fault = Daemon.RefuseNextPayment(code: 7, text: "not today");

        var error = await Should.ThrowAsync<ServiceCallException>(AddAsync);

        (error.StatusCode, error.Detail, error.MoneyMoved).ShouldBe((7, "not today", MoneyMoved.No));
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task CallAsync_ChannelIsLocked_TriesForAWhileAndSaysSo()
    {
        var channel = (await _service.Channels.ListAsync()).Single();
        using (Daemon.LockChannel(channel.Id))
            (await Should.ThrowAsync<PaymentRejectedException>(AddAsync)).IsTransient.ShouldBeTrue();

        (await AddAsync()).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        await TotalsAgreeAsync();
    }

    [Test]
    public async Task CallAsync_WrongNonce_AsksForTheStateAndPaysOnce()
    {
        using var fault = Daemon.RefuseNextNonce();

        (await AddAsync()).Receipt!.AmountAfter.Cogs.ShouldBe(10);

        fault.Struck.ShouldBe(1);
        await TotalsAgreeAsync();
    }

    [Test]
    public async Task CallAsync_NonceIsWrongAgainAndAgain_GivesUpAfterSomeRepetitions()
    {
        using (var fault = Daemon.RefuseNextNonce(Fault.UntilLifted))
        {
            (await Should.ThrowAsync<PaymentRejectedException>(AddAsync)).MoneyMoved.ShouldBe(MoneyMoved.No);
            fault.Struck.ShouldBe(6);
        }

        await GoesOnAsync([PaymentOutcome.Paid, .. Enumerable.Repeat(PaymentOutcome.NotCharged, 6)]);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task CallAsync_DaemonLiesAboutTheChannel_NothingIsSigned(bool signed)
    {
        var again = NewClientOfTheSameAccount();
        using var fault = Daemon.ForgeNextChannelState(cogs: 1_000, signed, Fault.UntilLifted);

        var error = await Should.ThrowAsync<ChannelStateException>(() => again.CallAsync("add", Numbers));

        (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, false));
        fault.Dispose();
        (await again.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_DaemonWantsAnotherPrice_NothingIsPaid()
    {
        using (Daemon.ChangePrice(6))
        {
            var error = await Should.ThrowAsync<PriceChangedException>(AddAsync);
            (error.Agreed.Cogs, error.Current.Cogs, error.MoneyMoved).ShouldBe((5, 6, MoneyMoved.No));
        }

        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task CallAsync_TooManyCalls_IsTransientAndCostsNothing()
    {
        using var fault = Daemon.LimitNextCall();

        var error = await Should.ThrowAsync<ServiceCallException>(AddAsync);

        (error.Origin, error.IsTransient, error.MoneyMoved).ShouldBe((CallOrigin.Daemon, true, MoneyMoved.No));
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task CallAsync_DaemonIsDown_SaysSoAndGoesOnWhenItIsBack()
    {
        var again = NewClientOfTheSameAccount();
        using (Daemon.Stop())
            (await Should.ThrowAsync<SnetException>(() => again.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);

        (await again.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        (await AddAsync()).Receipt!.AmountAfter.Cogs.ShouldBe(15);
    }

    [TestCase("429")]
    [TestCase("garbage")]
    [TestCase("cut")]
    public async Task CallAsync_NodeFailsOnce_IsAskedAgain(string how)
    {
        var again = NewClientOfTheSameAccount();
        using var fault = OrderNode(how, times: 1);

        (await again.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);

        fault.Struck.ShouldBe(1);
    }

    [TestCase("429")]
    [TestCase("garbage")]
    [TestCase("cut")]
    public async Task CallAsync_NodeFailsForGood_SaysSoAndSignsNothing(string how)
    {
        var again = NewClientOfTheSameAccount();
        using (OrderNode(how, Fault.UntilLifted))
            (await Should.ThrowAsync<EthereumRpcException>(() => again.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);

        (await again.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_NodeNamesATime_IsAskedAgainThen()
    {
        var again = NewClientOfTheSameAccount();
        using var fault = Sandbox.Chain.Faults.RefuseNextRequest(retryAfter: TimeSpan.FromSeconds(1));
        var start = TimeProvider.System.GetTimestamp();

        await again.CallAsync("add", Numbers);

        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    }

    [Test]
    public async Task ListAsync_BlockIsTakenBackAndComesAgain_ChannelGoesAndComes()
    {
        var before = Sandbox.Chain.BlockNumber;
        var channels = await _service.Channels.ListAsync();

        Sandbox.Chain.Faults.TakeBack();
        var meanwhile = await _service.Channels.ListAsync();
        Sandbox.Chain.Mine();

        meanwhile.ShouldBeEmpty();
        Sandbox.Chain.BlockNumber.ShouldBe(before);
        (await _service.Channels.ListAsync()).ShouldBe(channels);
        await GoesOnAsync(PaymentOutcome.Paid);
    }

    [Test]
    public async Task ListAsync_BlockIsTakenBackForGood_ChannelIsGone()
    {
        Sandbox.Chain.Faults.TakeBack(forget: true);
        Sandbox.Chain.Mine();

        (await _service.Channels.ListAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task GetMetadataAsync_StorageLies_IsNotBelieved()
    {
        var again = NewClientOfTheSameAccount();
        using (var fault = Sandbox.Storage.Faults.ChangeNextAnswer())
        {
            await Should.ThrowAsync<MetadataException>(() => again.CallAsync("add", Numbers));
            fault.Struck.ShouldBe(1);
        }

        (await again.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task GetMetadataAsync_StorageIsDownForAMoment_IsAskedAgain()
    {
        using var fault = Sandbox.Storage.Faults.RefuseNextRequest(status: 503);

        await NewClientOfTheSameAccount().GetMetadataAsync();

        fault.Struck.ShouldBe(1);
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    private Fault OrderNode(string how, int times) => how switch
    {
        "429" => Sandbox.Chain.Faults.RefuseNextRequest(times: times),
        "garbage" => Sandbox.Chain.Faults.ChangeNextAnswer(times),
        _ => Sandbox.Chain.Faults.CutNextRequest(times),
    };

    private Task<CallResult<JsonObject>> AddAsync() => _service.CallAsync("add", Numbers);

    private ServiceClient NewClientOfTheSameAccount() => Service(Connect(
        options => (options.MaxRetries, options.AttemptTimeout) = (1, TimeSpan.FromSeconds(2)), _snet.Options.Signer));

    // After a fault: the next call costs one price, and the receipts come to what the daemon has stored.
    private async Task GoesOnAsync(params PaymentOutcome[] outcomes)
    {
        var paid = outcomes.Count(outcome => outcome == PaymentOutcome.Paid);
        (await AddAsync()).Receipt!.AmountAfter.Cogs.ShouldBe(5 * (paid + 1));
        (await ReceiptsAsync()).Select(receipt => receipt.Outcome).ShouldBe([.. outcomes, PaymentOutcome.Paid]);
        await TotalsAgreeAsync();
    }

    private async Task TotalsAgreeAsync()
    {
        var receipts = await ReceiptsAsync();
        Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(receipts.Aggregate(TokenAmount.Zero, (sum, receipt) => sum + receipt.Paid).Cogs);
    }

    private async Task<List<PaymentReceipt>> ReceiptsAsync()
    {
        List<PaymentReceipt> receipts = [];
        await foreach (var receipt in _snet.Account.ListReceiptsAsync())
            receipts.Add(receipt);
        return receipts;
    }
}
