using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Diagnostics;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Calls side by side: they queue up in order, nobody who leaves holds up the others, and further channels are used when they are allowed.</summary>
[Category("Sandbox")]
public sealed class ParallelCallTests : PlatformTest
{
    private HoldingHandler _daemon = null!;

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [SetUp]
    public void MakeHandler() => _daemon = new HoldingHandler();

    [TearDown]
    public void RemoveHandler() => _daemon.Dispose();

    [Test]
    public async Task CallAsync_ManyAtOnce_ArePaidInTheOrderInWhichTheyCame()
    {
        var service = NewClient();
        await service.CallAsync("add", Numbers);

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => service.CallAsync("add", Numbers)));

        results.Select(result => (int)result.Receipt!.AmountAfter.Cogs).ShouldBe(Enumerable.Range(2, 30).Select(i => 5 * i));
    }

    [Test]
    public async Task CallAsync_CancelledWhileItWaits_SignsNothingAndTheOthersGoOn()
    {
        var service = NewClient();
        await service.CallAsync("add", Numbers);
        _daemon.Hold();
        using var giveUp = new CancellationTokenSource();
        var first = service.CallAsync("add", Numbers);
        await _daemon.HeldAsync(1);
        var second = service.CallAsync("add", Numbers, cancellationToken: giveUp.Token);
        var third = service.CallAsync("add", Numbers);

        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        _daemon.LetGo();

        (await first).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        (await third).Receipt!.AmountAfter.Cogs.ShouldBe(15);
        (await service.Client.Account.ListReceiptsAsync().CountAsync()).ShouldBe(3);
    }

    [Test]
    public async Task CallAsync_CancelledWhileTheServiceWorks_TheNextGetsThroughAtOnce()
    {
        var service = NewClient();
        await service.CallAsync("add", Numbers);
        using var giveUp = new CancellationTokenSource();
        var slow = service.CallAsync("wait", new JsonObject { ["a"] = 600_000 }, cancellationToken: giveUp.Token);
        while (_daemon.Paid.Count < 2)
            await Task.Delay(5);
        var next = service.CallAsync("add", Numbers);

        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(slow);
        (await next.WaitAsync(TimeSpan.FromSeconds(10))).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        await TotalsAgreeAsync(service);
    }

    [Test]
    public async Task CallAsync_CancelledAndTheDaemonKeepsTheLock_WaitsForItAndPaysOnce()
    {
        var time = new ManualTime();
        var service = NewClient(options => (options.TimeProvider, options.AttemptTimeout) = (time, TimeSpan.FromHours(1)));
        var channel = (await service.CallAsync("add", Numbers)).Receipt!.ChannelId;
        _daemon.Hold();
        using var giveUp = new CancellationTokenSource();
        var given = service.CallAsync("add", Numbers, cancellationToken: giveUp.Token);
        await _daemon.HeldAsync(1);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);
        _daemon.LetGo();

        var next = default(Task<CallResult<JsonObject>>);
        using (Sandbox.Daemon.Faults.LockChannel(channel)) // as if the service went on with the call
        {
            next = service.CallAsync("add", Numbers);
            for (var waited = TimeSpan.Zero; waited < TimeSpan.FromSeconds(60); waited += TimeSpan.FromSeconds(1))
            {
                await Task.WhenAny(next, Task.Delay(5));
                next.IsCompleted.ShouldBeFalse();
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        await time.RunAsync(next, TimeSpan.FromSeconds(1));
        (await next).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        await TotalsAgreeAsync(service);
    }

    [Test]
    public async Task CallAsync_ChannelIsStuck_LaterCallsFailFast()
    {
        var time = new ManualTime();
        var service = NewClient(options => (options.TimeProvider, options.AttemptTimeout) = (time, TimeSpan.FromHours(1)));
        var channel = (await service.CallAsync("add", Numbers)).Receipt!.ChannelId;
        using (Sandbox.Daemon.Faults.LockChannel(channel))
        {
            var first = service.CallAsync("add", Numbers);
            await Should.ThrowAsync<PaymentRejectedException>(() => time.RunAsync(first, TimeSpan.FromSeconds(1)));
            _daemon.Clear();

            var now = time.GetUtcNow();
            await Should.ThrowAsync<PaymentRejectedException>(() => service.CallAsync("add", Numbers));
            time.GetUtcNow().ShouldBe(now);
            _daemon.Paid.Count.ShouldBe(1);
        }

        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_ChannelIsStuckAndMoreAreAllowed_IsPaidFromAnother()
    {
        var time = new ManualTime();
        var service = NewClient(options => (options.TimeProvider, options.AttemptTimeout, options.Funding) = (time, TimeSpan.FromHours(1), Two));
        var channel = (await service.CallAsync("add", Numbers)).Receipt!.ChannelId;
        using var fault = Sandbox.Daemon.Faults.LockChannel(channel);

        var call = service.CallAsync("add", Numbers);
        await time.RunAsync(call, TimeSpan.FromMilliseconds(200));

        var receipt = (await call).Receipt!;
        (receipt.ChannelId, receipt.AmountAfter.Cogs).ShouldBe((channel + 1, 5));
        (await service.CallAsync("add", Numbers)).Receipt!.ChannelId.ShouldBe(channel + 1); // and stays there, without trying the other again
        _daemon.Paid.Count(paid => paid.Channel == channel.ToString(System.Globalization.CultureInfo.InvariantCulture)).ShouldBeLessThan(12);
    }

    [Test]
    public async Task CallAsync_MoreChannelsAreAllowed_GoOnSideBySideUpToTheLimit()
    {
        var service = NewClient(options => options.Funding = Two);
        await service.CallAsync("add", Numbers);
        _daemon.Hold();

        var calls = Enumerable.Range(0, 3).Select(_ => service.CallAsync("add", Numbers)).ToList();
        await _daemon.HeldAsync(2);
        _daemon.LetGo();

        var channels = (await Task.WhenAll(calls)).Select(result => result.Receipt!.ChannelId).ToList();
        channels.Distinct().Count().ShouldBe(2);
        (await service.Channels.ListAsync()).Count.ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_OneChannelIsAllowed_NoSecondIsOpenedHoweverManyWait()
    {
        var service = NewClient();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.CallAsync("add", Numbers)));

        (await service.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    [Category("Upload")]
    public async Task UploadAndValidateAsync_MoreChannelsAreAllowed_CallsGoOnMeanwhile()
    {
        var uploading = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        using var dataset = new PacedDataset(3, async (part, cancellationToken) =>
        {
            uploading.TrySetResult();
            await goOn.Task.WaitAsync(cancellationToken);
        });
        var service = Service(Connect(options => (options.DaemonHttpHandler, options.Funding) = (dataset, Two)));
        var calls = (await service.CallAsync("add", Numbers)).Receipt!.ChannelId;
        var model = await service.Training.CreateModelAsync("stt", "x");

        var upload = service.Training.UploadAndValidateAsync(model.Id, dataset.Source, TokenAmount.FromCogs(7));
        await Task.WhenAny(uploading.Task, upload);
        var during = await service.CallAsync("add", Numbers).WaitAsync(TimeSpan.FromSeconds(10));
        goOn.SetResult();
        await upload;

        during.Receipt!.ChannelId.ShouldBe(calls);
        var own = (await service.Channels.ListAsync()).Single(channel => channel.Id != calls);
        own.Value.Cogs.ShouldBe(7); // filled for itself alone
    }

    [Test]
    public async Task CallAsync_TooManyWait_RefusesBeforeAnythingIsSigned()
    {
        var service = NewClient(options => options.MaxQueuedCalls = 2);
        await service.CallAsync("add", Numbers);
        _daemon.Hold();
        var calls = new[] { service.CallAsync("add", Numbers), service.CallAsync("add", Numbers), service.CallAsync("add", Numbers) };

        var error = await Should.ThrowAsync<PaymentQueueException>(() => service.CallAsync("add", Numbers));

        (error.Waiting, error.MoneyMoved, error.IsTransient).ShouldBe((3, MoneyMoved.No, true));
        _daemon.LetGo();
        await Task.WhenAll(calls);
        (await service.Client.Account.ListReceiptsAsync().CountAsync()).ShouldBe(4);
    }

    [Test]
    public async Task CallAsync_WaitsTooLong_EndsWithItsReasonAndTheOthersGoOn()
    {
        var time = new ManualTime();
        var service = NewClient(options => (options.TimeProvider, options.QueueTimeout) = (time, TimeSpan.FromSeconds(30)));
        await service.CallAsync("add", Numbers);
        _daemon.Hold();
        var first = service.CallAsync("add", Numbers);
        await _daemon.HeldAsync(1);
        var second = service.CallAsync("add", Numbers);

        time.Advance(TimeSpan.FromSeconds(30));

        (await Should.ThrowAsync<PaymentQueueException>(second)).Waited.ShouldBe(TimeSpan.FromSeconds(30));
        _daemon.LetGo();
        (await first).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    [NonParallelizable]
    public async Task CallAsync_Waits_IsMeasured()
    {
        var (times, length, most) = (new List<double>(), 0L, 0L);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == SnetDiagnostics.Name && instrument.Name.StartsWith("snet.client.queue.", StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        var isOurs = false;
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            isOurs |= (instrument.Name, instrument.Unit) == ("snet.client.queue.time", "s") && tags.ToArray().Contains(new("snet.service.id", Platform.ServiceId));
            lock (times)
                times.Add(value);
        });
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            instrument.Name.ShouldBe("snet.client.queue.length");
            most = Math.Max(most, Interlocked.Add(ref length, value));
        });
        meters.Start();
        var service = NewClient();
        await service.CallAsync("add", Numbers);

        _daemon.Hold();
        var calls = Enumerable.Range(0, 5).Select(_ => service.CallAsync("add", Numbers)).ToList();
        for (var limit = 0; Interlocked.Read(ref length) < 4; limit++)
        {
            limit.ShouldBeLessThan(2_000);
            await Task.Delay(5);
        }

        _daemon.LetGo();
        await Task.WhenAll(calls);

        (times.Count, length, isOurs).ShouldBe((6, 0, true));
        most.ShouldBe(4);
    }

    [Test]
    public async Task CallAsync_GivenUpWhileItsChannelIsOpened_TheNextUsesThatChannel()
    {
        var (time, service) = await WithEscrowAsync();
        using var giveUp = new CancellationTokenSource();
        try
        {
            Sandbox.Chain.AutoMine = false;
            var given = service.CallAsync("add", Numbers, cancellationToken: giveUp.Token);
            await Sandbox.Chain.PendingAsync(service.Client.Options.Signer!.Address);
            await giveUp.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(given);

            var next = service.CallAsync("add", Numbers);
            for (var i = 0; i < 10; i++)
            {
                await Task.Delay(5);
                time.Advance(TimeSpan.FromSeconds(1));
            }

            next.IsCompleted.ShouldBeFalse(); // the channel is on its way
            Sandbox.Chain.Mine();
            await time.RunAsync(next, TimeSpan.FromSeconds(1));
        }
        finally
        {
            Sandbox.Chain.AutoMine = true;
        }

        (await service.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task CallAsync_GivenUpWhileItsChannelIsFilled_ItIsFilledOnce()
    {
        var (time, service) = await WithEscrowAsync(new ChannelFunding { CallsAhead = 1, MaxCallsAhead = 1 });
        await service.CallAsync("add", Numbers);
        using var giveUp = new CancellationTokenSource();
        try
        {
            Sandbox.Chain.AutoMine = false;
            var given = service.CallAsync("add", Numbers, cancellationToken: giveUp.Token);
            await Sandbox.Chain.PendingAsync(service.Client.Options.Signer!.Address);
            await giveUp.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(given);
            Sandbox.Chain.Mine();

            var next = service.CallAsync("add", Numbers);
            await time.RunAsync(next, TimeSpan.FromSeconds(1));
        }
        finally
        {
            Sandbox.Chain.AutoMine = true;
        }

        (await service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(10);
    }

    // The daemon has taken the second payment when it is asked about the first, and the second's answer is still on its way.
    [Test]
    public async Task CallAsync_FateIsAskedWhileALaterPaymentFromTheSameTotalIsUnderWay_OneOfTheTwoCountsAsPaid()
    {
        using var late = new LateAnswerHandler();
        var service = NewClient(options => (options.DaemonHttpHandler, options.Spending) = (late, new SpendingPolicy { MaxTotal = TokenAmount.FromCogs(15) }));
        await service.CallAsync("add", Numbers);
        using (Sandbox.Daemon.Faults.CutNextRequest())
            (await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.Unknown);
        late.Hold();
        var second = service.CallAsync("add", Numbers);
        await late.Held.WaitAsync(TimeSpan.FromSeconds(10));

        await Should.ThrowAsync<SpendingLimitException>(() => service.CallAsync("add", Numbers)); // asks what the open one has cost
        late.LetGo();
        await second;

        (await service.Client.Account.ListReceiptsAsync().Select(receipt => receipt.Outcome).ToListAsync())
            .ShouldBe([PaymentOutcome.Paid, PaymentOutcome.NotCharged, PaymentOutcome.Paid]);
        await TotalsAgreeAsync(service);
    }

    private static ChannelFunding Two => new() { MaxChannels = 2 };

    private ServiceClient NewClient(Action<SnetClientOptions>? change = null, ISigner? signer = null) => Service(Connect(
        options =>
        {
            options.DaemonHttpHandler = _daemon;
            change?.Invoke(options);
        },
        signer));

    private async Task<(ManualTime Time, ServiceClient Service)> WithEscrowAsync(ChannelFunding? funding = null)
    {
        var time = new ManualTime();
        var service = NewClient(options =>
            (options.TimeProvider, options.AttemptTimeout, options.TransactionTimeout, options.Funding) = (time, TimeSpan.FromDays(1), TimeSpan.FromDays(1), funding ?? new()));
        await service.Client.Account.DepositAsync(TokenAmount.FromCogs(1_000));
        await service.GetMetadataAsync();
        return (time, service);
    }

    private async Task TotalsAgreeAsync(ServiceClient service)
    {
        var receipts = await service.Client.Account.ListReceiptsAsync().ToListAsync();
        Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(receipts.Aggregate(TokenAmount.Zero, (sum, receipt) => sum + receipt.Paid).Cogs);
    }

    /// <summary>Holds the answer to a payment back when the daemon is done with it.</summary>
    private sealed class LateAnswerHandler() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _holds;

        public Task Held => _held.Task;

        public void Hold() => _holds = true;

        public void LetGo() => _letGo.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (_holds && request.Headers.Contains("snet-payment-type"))
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                _held.TrySetResult();
                await _letGo.Task.WaitAsync(cancellationToken);
            }

            return response;
        }
    }
}
