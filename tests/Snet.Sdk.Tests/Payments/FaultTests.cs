using Google.Protobuf;
using Snet.Grpc;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Services;

namespace Snet.Sdk.Tests.Payments;

/// <summary>What a user sees when the daemon fails, and that nothing is ever paid twice.</summary>
public sealed class FaultTests : FaultTest
{
    private DaemonFaults Daemon => Sandbox.Daemon.Faults;

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
    public async Task CallAsync_ConnectionIsCut_SaysThatItIsOpenAndTheNextCallSettlesIt(bool before)
    {
        using var fault = before ? Daemon.CutNextRequest() : Daemon.CutNextCall();

        var error = await Should.ThrowAsync<ServiceCallException>(AddAsync);

        (error.MoneyMoved, error.Origin, error.IsTransient, fault.Struck).ShouldBe((MoneyMoved.Unknown, CallOrigin.Transport, true, 1));
        (await ReceiptsAsync())[^1].Outcome.ShouldBe(PaymentOutcome.Unknown); // the daemon may be at work on it
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [Test]
    public async Task CallAsync_AnswerIsSlow_EndsAtItsTimeLimitAndTheNextCallGoesOn()
    {
        using var fault = Daemon.DelayNextAnswer(TimeSpan.FromMinutes(10));
        var start = Time.GetTimestamp();

        var error = await Should.ThrowAsync<ServiceCallException>(
            () => RunAsync(Calculator.CallAsync("add", Numbers, new ServiceCallOptions { Timeout = TimeSpan.FromSeconds(5) })));

        (error.StatusCode, error.MoneyMoved, error.IsTransient, fault.Struck).ShouldBe((GrpcStatus.DeadlineExceeded, MoneyMoved.Unknown, true, 1));
        Time.GetElapsedTime(start).ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)); // the clock runs on while the test's threads are busy
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    [TestCase(null)]
    [TestCase(3600)]
    public async Task CallAsync_LimitLeavesNoRoomBesideAPaymentThatIsOpen_IsPaidWhenThatIsOver(int? seconds)
    {
        var timeout = seconds is { } given ? TimeSpan.FromSeconds(given) : new SnetClientOptions().CallTimeout;
        var service = Service(Connect(options =>
        {
            (options.TimeProvider, options.AttemptTimeout) = (Time, AttemptTimeout);
            options.Spending = new SpendingPolicy { MaxTotal = TokenAmount.FromCogs(10) };
        }));
        await AddAsync(service);
        using var fault = Daemon.CutNextRequest();
        await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers, new ServiceCallOptions { Timeout = seconds is null ? null : timeout }));

        Time.Advance(timeout - TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<SpendingLimitException>(() => AddAsync(service)); // it may still be taken
        Time.Advance(TimeSpan.FromSeconds(2));
        (await AddAsync(service)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_UserRefusesWhileAPaymentIsOpen_IsAskedOnce()
    {
        var asked = 0;
        var service = Service(Connect(options => (options.TimeProvider, options.Spending) = (Time, new SpendingPolicy { Approval = (_, _) => ValueTask.FromResult(++asked == 1) })));
        using (Daemon.CutNextRequest())
            await Should.ThrowAsync<ServiceCallException>(() => AddAsync(service));

        (await Should.ThrowAsync<SpendingLimitException>(() => AddAsync(service))).Limit.ShouldBe("SpendingPolicy.Approval");

        asked.ShouldBe(2); // for each call once
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
        var channel = (await Calculator.Channels.ListAsync()).Single();
        using (Daemon.LockChannel(channel.Id))
        {
            var error = await Should.ThrowAsync<PaymentRejectedException>(() => RunAsync(AddAsync()));
            (error.IsTransient, error.MoneyMoved).ShouldBe((true, MoneyMoved.No));
            error.Reason.ShouldBe($"another transaction on channel: {{ID: {channel.Id}}} is in progress");
        }

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
            (await Should.ThrowAsync<PaymentRejectedException>(() => RunAsync(AddAsync()))).MoneyMoved.ShouldBe(MoneyMoved.No);
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

    // A connection for each call, so that it is the daemon which is missing, and not a connection that dies under a call: see the next test.
    [TestCase(true)]
    [TestCase(false)]
    public async Task CallAsync_DaemonIsDown_SaysSoAndGoesOnWhenItIsBack(bool paidBefore)
    {
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        var service = NewClientOfTheSameAccount(handler);
        var before = paidBefore ? (await AddAsync(service)).Receipt!.AmountAfter.Cogs : 5;
        using (Daemon.Stop())
        {
            var error = await Should.ThrowAsync<ServiceUnavailableException>(() => RunAsync(AddAsync(service)));
            (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, true));
            error.Endpoints.ShouldBe([Platform.Daemon]);
        }

        var receipt = (await AddAsync(service)).Receipt!;
        receipt.AmountAfter.Cogs.ShouldBe(before + 5);
        Sandbox.Daemon.GetSignedTotal(receipt.ChannelId).ShouldBe(before + 5);
    }

    [Test]
    public async Task CallAsync_DaemonGoesDownInTheMiddle_WhatBecameOfThePaymentIsFoundOutWhenItIsBack()
    {
        using var slow = Daemon.DelayNextAnswer(TimeSpan.FromMinutes(10));
        var calling = AddAsync();
        while (slow.Struck == 0)
            await Task.Yield();
        using (Daemon.Stop())
        {
            var error = await Should.ThrowAsync<ServiceCallException>(() => RunAsync(calling));
            (error.MoneyMoved, error.Origin, error.IsTransient).ShouldBe((MoneyMoved.Unknown, CallOrigin.Transport, true));
            (await ReceiptsAsync())[^1].Outcome.ShouldBe(PaymentOutcome.Unknown);
        }

        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }

    // Another library makes the call, and the handler pays for it. Each answer is read before the next is asked for: what is still on its way is lost with the connection.
    [TestCase(0)]
    [TestCase(2)]
    public async Task PaymentHandler_StreamIsCutAfterSomeMessages_TheyCameAndNothingIsPaid(int messages)
    {
        using var fault = Daemon.CutNextCall(messages);
        using var handler = Calculator.CreatePaymentHandler(new SocketsHttpHandler());
        using var channel = new GrpcChannel(Platform.Daemon, handler);
        await using var call = channel.StartCall("/service.Calculator/running", null, CancellationToken.None);

        for (var i = 0; i < messages; i++)
        {
            await call.WriteAsync(new global::Service.Numbers { A = 5 }.ToByteArray());
            (await call.ReadAsync()).ShouldNotBeNull();
        }

        await call.WriteAsync(new global::Service.Numbers { A = 5 }.ToByteArray());
        (await Should.ThrowAsync<GrpcException>(async () => await call.ReadAsync())).IsTransport.ShouldBeTrue();

        fault.Struck.ShouldBe(1);
        await GoesOnAsync(PaymentOutcome.Paid, PaymentOutcome.NotCharged);
    }
}
