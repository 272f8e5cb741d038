using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Receipts in memory: bounded, with totals that stay exact.</summary>
public sealed class ReceiptLogTests : LedgerTest
{
    [Test]
    public async Task List_MoreThanFitInMemory_KeepsTheLastAndTheOpenOnesAndCountsAll()
    {
        var log = InMemory(new SpendingPolicy { MaxTotal = Cogs(20_000) });
        var open = await SignAsync(log, 1);
        for (var i = 0; i < ReceiptLog.MaxInMemory + 50; i++)
            await PayAsync(log, 1);

        var receipts = await ListAsync(log);

        receipts.Count.ShouldBe(ReceiptLog.MaxInMemory + 1);
        receipts[0].ShouldBe(open.Receipt);
        receipts[^1].AmountAfter.ShouldBe(Cogs(ReceiptLog.MaxInMemory + 51));
        (await RefusedAsync(log, 10_000)).Spent.ShouldBe(Cogs(ReceiptLog.MaxInMemory + 51));
    }

    [Test]
    public async Task OpenOf_PaymentIsUnderWay_IsLeftToItsCall()
    {
        var log = InMemory();
        var entry = await SignAsync(log, 5, channel: 7);
        await SignAsync(log, 5, channel: 8);

        log.OpenOf(7).ShouldBeEmpty();
        log.Settle(entry, PaymentOutcome.Unknown);
        log.OpenOf(7).ShouldBe([entry]);
        log.Settle(entry, PaymentOutcome.Paid);
        log.OpenOf(7).ShouldBeEmpty();
    }

    [Test]
    public void HighestSigned_RoundsGoBy_KnowsTheLastTwo()
    {
        var log = InMemory();
        for (var nonce = 0; nonce < 4; nonce++)
        {
            foreach (var total in new[] { 10, 30, 20 })
                log.Add(Receipt(Order(0)) with { Nonce = nonce, AmountAfter = Cogs(total + nonce) }, Order(0));
        }

        (log.HighestSigned(0, 3), log.HighestSigned(0, 2), log.HighestSigned(0, 1), log.HighestSigned(1, 3)).ShouldBe((Cogs(33), Cogs(32), null, null));
    }

    [Test]
    public async Task Settle_LogIsClosed_TheCallStillEnds()
    {
        var log = OnDisk();
        var entry = await SignAsync(log, 5);

        log.Dispose();

        log.Settle(entry, PaymentOutcome.Paid).Outcome.ShouldBe(PaymentOutcome.Paid);
        await Should.ThrowAsync<ObjectDisposedException>(async () => await log.ReserveAsync(Order(1), CancellationToken.None));
    }
}
