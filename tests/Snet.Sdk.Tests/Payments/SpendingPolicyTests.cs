using System.Collections.Concurrent;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Limits: what they count, when they give back, and that calls side by side cannot overshoot them.</summary>
public sealed class SpendingPolicyTests : LedgerTest
{
    [Test]
    public async Task Reserve_PriceAboveMaxPerCall_IsRefused()
    {
        var log = InMemory(new SpendingPolicy { MaxPerCall = Cogs(5) });

        var error = await RefusedAsync(log, 6);
        await PayAsync(log, 5);

        (error.Limit, error.Allowed, error.Spent, error.Price).ShouldBe(("SpendingPolicy.MaxPerCall", Cogs(5), Cogs(0), Cogs(6)));
        (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, false));
    }

    [Test]
    public async Task Reserve_ModelHasHadItsShare_AnotherModelGoesOn()
    {
        var log = InMemory(new SpendingPolicy { MaxPerModel = Cogs(10) });
        await PayAsync(log, 8, "one");

        var error = await RefusedAsync(log, 3, "one");
        await PayAsync(log, 3, "other");
        await PayAsync(log, 30);
        await PayAsync(log, 2, "one");

        (error.Limit, error.Spent).ShouldBe(("SpendingPolicy.MaxPerModel", Cogs(8)));
    }

    [Test]
    public async Task ReserveDraw_OfWhatWasPaidAhead_CountsForItsModelAlone()
    {
        var log = InMemory(new SpendingPolicy { MaxPerCall = Cogs(20), MaxPerModel = Cogs(10), MaxTotal = Cogs(20) });
        await PayAsync(log, 20); // ahead
        var call = Order(6, "model");

        Should.Throw<SpendingLimitException>(() => log.ReserveDraw(Order(21))).Limit.ShouldBe("SpendingPolicy.MaxPerCall");
        var reservation = log.ReserveDraw(call)!;
        Should.Throw<SpendingLimitException>(() => log.ReserveDraw(call)).Limit.ShouldBe("SpendingPolicy.MaxPerModel");
        reservation.Dispose();
        reservation = log.ReserveDraw(call)!;
        log.AddEnded(Receipt(Order(0, "model")) with { Drawn = Cogs(6), Outcome = PaymentOutcome.Paid }, call with { Reservation = reservation });

        Should.Throw<SpendingLimitException>(() => log.ReserveDraw(Order(5, "model"))).Spent.ShouldBe(Cogs(6));
        log.ReserveDraw(Order(4, "model"))!.Dispose();
        log.ReserveDraw(Order(20))!.Dispose();
        (await RefusedAsync(log, 1)).Spent.ShouldBe(Cogs(20));
        InMemory().ReserveDraw(call).ShouldBeNull();
    }

    [Test]
    public async Task Reserve_DayIsSpent_TheNextDayInUtcGoesOn()
    {
        var log = InMemory(new SpendingPolicy { MaxPerDay = Cogs(10) });
        await PayAsync(log, 10);

        Time.Advance(TimeSpan.FromHours(20)); // 03:04:05 it was
        var error = await RefusedAsync(log, 1);
        Time.Advance(error.RetryAfter!.Value);
        await PayAsync(log, 10);

        (error.Limit, error.IsTransient, error.RetryAfter).ShouldBe(("SpendingPolicy.MaxPerDay", true, new TimeSpan(0, 55, 55)));
        (await RefusedAsync(log, 1)).RetryAfter.ShouldBe(TimeSpan.FromDays(1));
    }

    [Test]
    public async Task Add_DayEndedSinceThePriceWasSetAside_CountsForTheDayOfTheSignature()
    {
        var log = InMemory(new SpendingPolicy { MaxPerDay = Cogs(10) });
        var order = Order(6);
        using var reservation = await log.ReserveAsync(order, CancellationToken.None);

        Time.Advance(TimeSpan.FromHours(21));
        await PayAsync(log, 5);

        Should.Throw<SpendingLimitException>(() => log.Add(Receipt(order), order with { Reservation = reservation })).Spent.ShouldBe(Cogs(5));
        (await ListAsync(log)).Count.ShouldBe(1);
    }

    [Test]
    public async Task Reserve_ClockWasSetBack_FindsThatDaysTotalAgain()
    {
        var log = InMemory(new SpendingPolicy { MaxPerDay = Cogs(10) });
        var today = Time.GetUtcNow();
        await PayAsync(log, 9);
        var tomorrow = Order(10);
        log.Settle(log.Add(Receipt(tomorrow) with { Time = today.AddDays(1) }, tomorrow), PaymentOutcome.Paid);

        (await RefusedAsync(log, 2)).Spent.ShouldBe(Cogs(9));
    }

    [Test]
    public async Task Reserve_TotalIsSpent_IsRefusedForGood()
    {
        var log = InMemory(new SpendingPolicy { MaxTotal = Cogs(10) });
        await PayAsync(log, 7);

        Time.Advance(TimeSpan.FromDays(400));

        (await RefusedAsync(log, 4)).Limit.ShouldBe("SpendingPolicy.MaxTotal");
        await PayAsync(log, 3);
        await PayAsync(log, 0); // what costs nothing is no spending
    }

    [Test]
    public async Task Settle_OutcomeDecides_WhetherItCounts()
    {
        var log = InMemory(new SpendingPolicy { MaxTotal = Cogs(10) });
        var entry = await SignAsync(log, 10);

        (await RefusedAsync(log, 1)).Spent.ShouldBe(Cogs(10)); // under way
        log.Settle(entry, PaymentOutcome.Unknown);
        (await RefusedAsync(log, 1)).Spent.ShouldBe(Cogs(10)); // may have been taken
        log.Settle(entry, PaymentOutcome.NotCharged);
        (await log.ReserveAsync(Order(10), CancellationToken.None)).Dispose();
        log.Settle(entry, PaymentOutcome.Paid); // it was taken after all
        (await RefusedAsync(log, 1)).Spent.ShouldBe(Cogs(10));
    }

    [Test]
    public async Task Reserve_NothingWasSigned_IsGivenBackOnce()
    {
        var log = InMemory(new SpendingPolicy { MaxTotal = Cogs(10) });

        var reservation = await log.ReserveAsync(Order(10), CancellationToken.None);
        (await RefusedAsync(log, 1)).Spent.ShouldBe(Cogs(10));
        reservation.Dispose();
        reservation.Dispose();

        await PayAsync(log, 10);
        (await RefusedAsync(log, 1)).Spent.ShouldBe(Cogs(10));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Reserve_HundredCallsAtOnce_NeverOvershootTogether(bool onDisk)
    {
        var policy = new SpendingPolicy { MaxTotal = Cogs(50) };
        ReceiptLog[] logs = onDisk ? [OnDisk(policy), OnDisk(policy)] : [InMemory(policy)];

        var refused = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            try
            {
                var entry = await SignAsync(logs[i % logs.Length], 1);
                await Task.Yield();
                logs[i % logs.Length].Settle(entry, i % 10 == 0 ? PaymentOutcome.NotCharged : PaymentOutcome.Paid);
                return 0;
            }
            catch (SpendingLimitException)
            {
                return 1;
            }
        })));

        var receipts = await ListAsync(logs[0]);
        receipts.Aggregate(Cogs(0), (sum, receipt) => sum + receipt.Paid).ShouldBeLessThanOrEqualTo(Cogs(50));
        receipts.Count.ShouldBe(100 - refused.Sum());
        receipts.Count(receipt => receipt.Outcome == PaymentOutcome.Paid).ShouldBeGreaterThanOrEqualTo(40);
    }

    [Test]
    public async Task Approval_IsAsked_WithTheRunningTotal()
    {
        var seen = new ConcurrentQueue<PaymentRequest>();
        var log = InMemory(new SpendingPolicy { Approval = (request, _) => { seen.Enqueue(request); return ValueTask.FromResult(true); } });
        await PayAsync(log, 5);
        using var reserved = await log.ReserveAsync(Order(3), CancellationToken.None);

        await PayAsync(log, 2, "model");
        await PayAsync(log, 0);

        seen.Count.ShouldBe(3);
        seen.Last().ShouldBe(new PaymentRequest("org", "service", "/service.Calculator/add", "model", Cogs(2), Cogs(10)));
    }

    [Test]
    public async Task Approval_Refuses_NothingIsSetAside()
    {
        var log = InMemory(new SpendingPolicy { MaxTotal = Cogs(5), Approval = (request, _) => ValueTask.FromResult(request.Price < Cogs(5)) });

        var error = await RefusedAsync(log, 5);
        await PayAsync(log, 4);

        (error.Limit, error.Price, error.MoneyMoved).ShouldBe(("SpendingPolicy.Approval", Cogs(5), MoneyMoved.No));
    }

    [Test]
    public async Task Approval_Throws_ItsErrorComesOutAndNothingIsSetAside()
    {
        var fails = true;
        var log = InMemory(new SpendingPolicy
        {
            MaxTotal = Cogs(5), Approval = async (_, _) => { await Task.Yield(); return fails ? throw new InvalidOperationException("nobody is there") : true; },
        });

        await Should.ThrowAsync<InvalidOperationException>(async () => await log.ReserveAsync(Order(5), CancellationToken.None));
        fails = false;

        await PayAsync(log, 5);
    }

    [Test]
    public async Task Approval_CallIsRepeated_AsksAgainOnlyForAHigherPrice()
    {
        var asked = 0;
        var log = InMemory(new SpendingPolicy { Approval = (_, _) => ValueTask.FromResult(++asked > 0) });
        var order = Order(5);

        foreach (var price in new[] { 5, 5, 4, 6, 6 })
            (await log.ReserveAsync(order with { Price = Cogs(price) }, CancellationToken.None)).Dispose();

        asked.ShouldBe(2);
    }

    [Test]
    public async Task Approval_WhileItThinks_OthersGoOn()
    {
        var answer = new TaskCompletionSource<bool>();
        var log = InMemory(new SpendingPolicy { Approval = (request, _) => request.Price == Cogs(5) ? new(answer.Task) : ValueTask.FromResult(true) });

        var thinking = log.ReserveAsync(Order(5), CancellationToken.None).AsTask();
        await PayAsync(log, 1);
        answer.SetResult(true);

        (await thinking).Dispose();
    }
}
