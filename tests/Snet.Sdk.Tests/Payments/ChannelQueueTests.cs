using System.Numerics;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Channels;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>The queue for channels: in order, within limits, and nobody who leaves holds up the others.</summary>
public sealed class ChannelQueueTests
{
    private readonly List<PaymentOrder> _opening = [];
    private ManualTime _time = null!;
    private ChannelQueue _queue = null!;
    private CancellationToken _openingToken;

    [SetUp]
    public void MakeQueue()
    {
        _time = new ManualTime();
        _opening.Clear();
        MakeQueue(maxChannels: 1);
    }

    [TearDown]
    public void RemoveQueue() => _queue.Dispose();

    [Test]
    public async Task EnterAsync_ManyWait_AreServedInTheOrderInWhichTheyCame()
    {
        var channel = Add(1);
        await _queue.EnterAsync(Order(), default);
        var waiting = Enumerable.Range(0, 50).Select(_ => Enter()).ToList();

        foreach (var next in waiting)
        {
            next.IsCompleted.ShouldBeFalse();
            _queue.Return(channel);
            (await next).ShouldBe(channel);
        }
    }

    [Test]
    public async Task EnterAsync_CallThatWasRefused_GoesBackToItsPlace()
    {
        var channel = Add(1);
        var first = Order();
        await _queue.EnterAsync(first, default);
        var second = Enter();

        var again = Enter(first);
        _queue.Return(channel);

        (await again).ShouldBe(channel);
        second.IsCompleted.ShouldBeFalse();
    }

    [Test]
    public async Task EnterAsync_OneGivesUp_IsGoneAtOnceAndTheNextIsServed()
    {
        var channel = Add(1);
        await _queue.EnterAsync(Order(), default);
        using var giveUp = new CancellationTokenSource();
        var second = Enter(token: giveUp.Token);
        var third = Enter();

        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        _queue.Return(channel);

        (await third).ShouldBe(channel);
    }

    [Test]
    public async Task EnterAsync_AllGiveUpWhileChannelsComeBack_NoChannelIsLost()
    {
        var channel = Add(1);
        for (var round = 0; round < 200; round++)
        {
            await _queue.EnterAsync(Order(), default);
            using var giveUp = new CancellationTokenSource();
            var waiting = Enter(token: giveUp.Token);

            await Task.WhenAll(Task.Run(giveUp.Cancel), Task.Run(() => _queue.Return(channel)));
            try
            {
                _queue.Return(await waiting);
            }
            catch (OperationCanceledException)
            {
                channel.Holder.ShouldBeNull();
            }
        }

        (await Enter()).ShouldBe(channel);
    }

    [Test]
    public async Task EnterAsync_TooManyWait_RefusesTheNextAtOnce()
    {
        MakeQueue(maxChannels: 1, maxWaiting: 2);
        var channel = Add(1);
        await _queue.EnterAsync(Order(), default);
        var waiting = new[] { Enter(), Enter() };

        var error = Should.Throw<PaymentQueueException>(() => Enter());

        (error.Waiting, error.IsTransient, error.MoneyMoved).ShouldBe((3, true, MoneyMoved.No));
        error.Message.ShouldContain("MaxQueuedCalls");
        _queue.Return(channel);
        (await waiting[0]).ShouldBe(channel);
        Enter().IsCompleted.ShouldBeFalse(); // there is room again
    }

    [Test]
    public async Task EnterAsync_NobodyMayWait_TheFirstIsServedAllTheSame()
    {
        MakeQueue(maxChannels: 1, maxWaiting: 0);
        Add(1);

        await _queue.EnterAsync(Order(), default);

        Should.Throw<PaymentQueueException>(() => Enter());
    }

    [Test]
    public async Task EnterAsync_WaitsTooLong_SaysHowLong()
    {
        Add(1);
        await _queue.EnterAsync(Order(), default);
        var waiting = Enter();

        _time.Advance(TimeSpan.FromMinutes(5));

        var error = await Should.ThrowAsync<PaymentQueueException>(waiting);
        (error.Waited, error.Waiting).ShouldBe((TimeSpan.FromMinutes(5), 1));
        error.Message.ShouldContain("QueueTimeout");
    }

    [Test]
    public async Task EnterAsync_NoChannel_OneIsOpenedForAllWhoWait()
    {
        var waiting = new[] { Enter(), Enter(), Enter() };
        await OpeningAsync();

        var opened = Session(7);
        _queue.EndOpening(_opening.Single(), opened);

        (await waiting[0]).ShouldBe(opened);
        _queue.Return(opened);
        (await waiting[1]).ShouldBe(opened);
        _opening.Count.ShouldBe(1);
    }

    [Test]
    public async Task EnterAsync_NoChannelCanBeOpened_EachIsToldForItself()
    {
        var waiting = new[] { Enter(), Enter() };
        await OpeningAsync();

        _queue.EndOpening(_opening[0], new InsufficientFundsException("escrow", Price, TokenAmount.Zero));
        await Should.ThrowAsync<InsufficientFundsException>(waiting[0]);
        waiting[1].IsCompleted.ShouldBeFalse();
        await OpeningAsync(2);
        _queue.EndOpening(_opening[1], new InsufficientFundsException("escrow", Price, TokenAmount.Zero));

        await Should.ThrowAsync<InsufficientFundsException>(waiting[1]);
    }

    [Test]
    public async Task EnterAsync_NobodyWaitsForTheOpeningAnyMore_ItIsGivenUp()
    {
        using var giveUp = new CancellationTokenSource();
        var waiting = new[] { Enter(token: giveUp.Token), Enter(token: giveUp.Token) };
        await OpeningAsync();

        await giveUp.CancelAsync();
        foreach (var one in waiting)
            await Should.ThrowAsync<OperationCanceledException>(one);

        await Task.Delay(Timeout.Infinite, _openingToken).ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(10));
        _queue.EndOpening(_opening[0], new OperationCanceledException());
        _ = Enter();
        await OpeningAsync(2); // the next call begins anew
    }

    [Test]
    public async Task EnterAsync_AllAreBusyAndMoreAreAllowed_OpensOneAndServesFromWhicheverIsFreeFirst()
    {
        MakeQueue(maxChannels: 2);
        var first = Add(1);
        await _queue.EnterAsync(Order(), default);
        var waiting = new[] { Enter(), Enter() };
        await OpeningAsync();

        _queue.Return(first); // before the new one is there
        (await waiting[0]).ShouldBe(first);
        var second = Session(2);
        _queue.EndOpening(_opening[0], second);

        (await waiting[1]).ShouldBe(second);
        Enter().IsCompleted.ShouldBeFalse();
        _opening.Count.ShouldBe(1); // two are allowed, and no third
    }

    [Test]
    public async Task EnterAsync_FurtherChannelCannotBeOpened_WaitsForThoseThatAreThere()
    {
        MakeQueue(maxChannels: 2);
        var first = Add(1);
        await _queue.EnterAsync(Order(), default);
        var waiting = new[] { Enter(), Enter() };
        await OpeningAsync();

        _queue.EndOpening(_opening[0], new InsufficientFundsException("escrow", Price, TokenAmount.Zero));
        _queue.Return(first);
        (await waiting[0]).ShouldBe(first);
        _queue.Return(first);

        (await waiting[1]).ShouldBe(first);
        _opening.Count.ShouldBe(1); // it is not tried again and again
    }

    [Test]
    public async Task EnterAsync_OneChannelIsAllowedAndSeveralAreThere_OneIsUsedAtATime()
    {
        var (poor, rich) = (Add(1, cogs: 5), Add(2, cogs: 50));

        (await _queue.EnterAsync(Order(), default)).ShouldBe(rich);
        var waiting = Enter();
        waiting.IsCompleted.ShouldBeFalse();
        _queue.Return(rich);

        (await waiting).ShouldBe(rich);
        poor.Holder.ShouldBeNull();
    }

    [Test]
    public async Task EnterAsync_ChannelIsLocked_IsLeftAloneForAWhileAndTheOtherIsUsed()
    {
        var (poor, rich) = (Add(1, cogs: 5), Add(2, cogs: 50));
        rich.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), TimeSpan.Zero).ShouldBeTrue();

        (await _queue.EnterAsync(Order(), default)).ShouldBe(poor);
        _queue.Return(poor);
        _time.Advance(TimeSpan.FromMilliseconds(50));

        (await _queue.EnterAsync(Order(), default)).ShouldBe(rich);
    }

    [Test]
    public async Task EnterAsync_OnlyChannelRests_IsServedWhenItHasRested()
    {
        var channel = Add(1);
        channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), TimeSpan.Zero);

        var waiting = Enter();
        waiting.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(50));

        (await waiting).ShouldBe(channel);
        _opening.ShouldBeEmpty();
    }

    // Each look at the clock is later than the one before it, as on a real clock.
    [Test]
    public async Task EnterAsync_RestEndsWhileTheQueueLooksAtIt_IsServedNevertheless([Range(40, 50)] int rested)
    {
        MakeQueue(maxChannels: 1, time: new RunningTime(_time));
        var channel = Add(1);
        channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), TimeSpan.Zero); // 50 ms
        _time.Advance(TimeSpan.FromMilliseconds(rested));

        var waiting = Enter();
        _time.Advance(TimeSpan.FromSeconds(1));

        (await waiting.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(channel);
    }

    [Test]
    public async Task EnterAsync_ClockIsPutBackWhileAChannelRests_IsServedAllTheSame()
    {
        var clock = new PutBackTime(_time);
        MakeQueue(maxChannels: 1, time: clock);
        var channel = Add(1);
        channel.Rest(clock.GetUtcNow(), TimeSpan.FromSeconds(6), TimeSpan.Zero);
        var waiting = Enter();

        clock.Back = TimeSpan.FromHours(1);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await waiting.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(channel);
    }

    [Test]
    public void Rest_ClockWasPutBack_IsStuckNoLaterThanOtherwise()
    {
        var channel = Add(1);
        channel.Doubt(_time.GetUtcNow());
        channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), callTime: TimeSpan.FromSeconds(100));
        var now = _time.GetUtcNow() - TimeSpan.FromHours(1);

        channel.Rest(now, TimeSpan.FromSeconds(6), callTime: TimeSpan.FromSeconds(100)).ShouldBeTrue();
        channel.Rest(now + TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(6), callTime: TimeSpan.FromSeconds(100)).ShouldBeFalse();
    }

    [Test]
    public async Task EnterAsync_OnlyChannelRestsForAMomentAndMoreAreAllowed_NoneIsOpenedForThat()
    {
        MakeQueue(maxChannels: 2);
        var channel = Add(1);
        channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), TimeSpan.Zero);

        var waiting = Enter();
        _time.Advance(TimeSpan.FromMilliseconds(50));

        (await waiting).ShouldBe(channel);
        _opening.ShouldBeEmpty();
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task EnterAsync_OnlyChannelIsStuck_IsReplacedIfAllowedAndElseFailsFast(int maxChannels)
    {
        MakeQueue(maxChannels);
        var stuck = Add(1);
        stuck.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(6));
        stuck.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), TimeSpan.Zero).ShouldBeFalse();

        var waiting = Enter();

        if (maxChannels == 1)
        {
            (await waiting).ShouldBe(stuck); // tried at once, to say why not
            return;
        }

        await OpeningAsync();
        var other = Session(2);
        _queue.EndOpening(_opening[0], other);
        (await waiting).ShouldBe(other);
    }

    [Test]
    public async Task EnterAsync_CallThatWasGivenUpMayHoldTheLock_IsWaitedForAsLongAsACallTakes()
    {
        var channel = Add(1);
        channel.Doubt(_time.GetUtcNow());
        for (var (waited, step) = (TimeSpan.Zero, TimeSpan.FromSeconds(10)); waited < TimeSpan.FromSeconds(100); waited += step)
        {
            channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), callTime: TimeSpan.FromSeconds(100)).ShouldBeTrue();
            _time.Advance(step);
        }

        channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), callTime: TimeSpan.FromSeconds(100)).ShouldBeFalse();
        await Task.CompletedTask;
    }

    [Test]
    public void Rest_LastRefusalWasLongAgo_IsWaitedForAnew()
    {
        var channel = Add(1);
        channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), callTime: TimeSpan.FromSeconds(100)); // its call was given up then
        _time.Advance(TimeSpan.FromHours(1));

        channel.Rest(_time.GetUtcNow(), TimeSpan.FromSeconds(6), callTime: TimeSpan.FromSeconds(100)).ShouldBeTrue();

        channel.IsStuck.ShouldBeFalse();
        channel.RestLeft(_time.GetUtcNow()).ShouldBe(TimeSpan.FromMilliseconds(50));
    }

    [Test]
    public async Task EnterAsync_Upload_LeavesAChannelToTheCalls()
    {
        MakeQueue(maxChannels: 2);
        var first = Add(1);

        var upload = Enter(Upload());
        (await _queue.EnterAsync(Order(), default)).ShouldBe(first); // calls go on while its channel is opened
        await OpeningAsync();
        var own = Session(2);
        _queue.EndOpening(_opening[0], own);

        (await upload).ShouldBe(own);
    }

    [Test]
    public async Task EnterAsync_UploadWithoutAnyChannel_OpensOneAlone()
    {
        MakeQueue(maxChannels: 2);
        var upload = Enter(Upload());
        await OpeningAsync();
        var own = Session(1);

        _queue.EndOpening(_opening[0], own);

        (await upload).ShouldBe(own);
        _opening.Count.ShouldBe(1);
    }

    [Test]
    public async Task EnterAsync_UploadAndNoMoreChannelsAreAllowed_TakesTheOneThatIsThere()
    {
        var channel = Add(1);

        (await _queue.EnterAsync(Upload(), default)).ShouldBe(channel);
    }

    [Test]
    public async Task EnterAsync_ClientIsClosed_AllWhoWaitAreTold()
    {
        Add(1);
        await _queue.EnterAsync(Order(), default);
        var waiting = Enter();

        _queue.Dispose();

        await Should.ThrowAsync<ObjectDisposedException>(waiting);
        Should.Throw<ObjectDisposedException>(() => Enter());
    }

    private static TokenAmount Price => TokenAmount.FromCogs(5);

    private static PaymentOrder Order() => new("org", "service", "/method", Price);

    private static PaymentOrder Upload() => Order() with { IsTraining = true, ModelId = "model" };

    private Task<ChannelSession> Enter(PaymentOrder? order = null, CancellationToken token = default) => _queue.EnterAsync(order ?? Order(), token).AsTask();

    private ChannelSession Add(int id, long cogs = 50)
    {
        var session = Session(id, cogs);
        _queue.Add([session]);
        return session;
    }

    private static ChannelSession Session(int id, long cogs = 50) => new(
        new PaymentChannel(id, 0, default, default, default, "group", TokenAmount.FromCogs(cogs), 1_000), openedAt: BigInteger.Zero);

    private async Task OpeningAsync(int times = 1)
    {
        for (var limit = 0; limit < 1_000; limit++)
        {
            lock (_opening)
            {
                if (_opening.Count >= times)
                    return;
            }

            await Task.Delay(5);
        }

        Assert.Fail("no channel is being opened");
    }

    private void MakeQueue(int maxChannels, int maxWaiting = 1_000, TimeProvider? time = null)
    {
        _queue?.Dispose();
        _queue = new ChannelQueue(
            new SnetClientOptions { TimeProvider = time ?? _time, MaxQueuedCalls = maxWaiting, Funding = new ChannelFunding { MaxChannels = maxChannels } },
            (session, price) => session.Spendable >= price,
            (order, token) =>
            {
                lock (_opening)
                    _opening.Add(order);
                _openingToken = token;
            });
    }

    private sealed class RunningTime(TimeProvider time) : TimeProvider
    {
        private int _looks;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + TimeSpan.FromMilliseconds(Interlocked.Increment(ref _looks));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class PutBackTime(TimeProvider time) : TimeProvider
    {
        public TimeSpan Back { get; set; }

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() - Back;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}
