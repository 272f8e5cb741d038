using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Tests.Payments;

/// <summary>What holds after any history of payments, by several clients on one folder, with restarts, full files and days that go by.</summary>
public sealed class SpendingProperties : LedgerTest
{
    private static readonly SpendingPolicy Policy = new() { MaxPerCall = Cogs(40), MaxPerModel = Cogs(60), MaxPerDay = Cogs(100), MaxTotal = Cogs(250) };

    private static readonly Gen<Step[]> Histories = (
        from client in Gen.Choose(0, 2)
        from action in Gen.Choose(0, 19)
        from number in Gen.Choose(0, 45)
        from model in Gen.Choose(0, 2)
        select new Step(client, action, number, model == 0 ? null : $"model {model}")).ArrayOf();

    [Test]
    public void History_ThreeClientsOnOneFolder_EachAnswerIsTheOneThatAllReceiptsAskFor() =>
        Check(3, run => OnDisk(Policy, fileBytes: 1_500, directory: Data[$"{run}"]));

    [Test]
    public void History_OneClientInMemory_EachAnswerIsTheOneThatAllReceiptsAskFor() =>
        Check(1, _ => InMemory(Policy));

    [Test]
    public void Payments_AnySideBySide_NeverPassALimitTogether() => Prop.ForAll(Histories.ToArbitrary(), steps =>
    {
        var highest = TokenAmount.Zero;
        var sync = new Lock();
        var policy = new SpendingPolicy
        {
            MaxTotal = Cogs(250), Approval = async (request, _) =>
            {
                lock (sync)
                    highest = request.Total > highest ? request.Total : highest;
                await Task.Yield();
                return true;
            },
        };
        var log = InMemory(policy);

        Task.WhenAll(steps.Select(step => Task.Run(async () =>
        {
            try
            {
                log.Settle(await SignAsync(log, step.Number, step.Model), (PaymentOutcome)(step.Action % 3));
            }
            catch (SpendingLimitException)
            {
                // as it should be when the others have spent it
            }
        }))).GetAwaiter().GetResult();

        highest.ShouldBeLessThanOrEqualTo(Cogs(250));
        ListAsync(log).GetAwaiter().GetResult().Where(receipt => receipt.Outcome != PaymentOutcome.NotCharged)
            .Aggregate(Cogs(0), (sum, receipt) => sum + receipt.Price).ShouldBeLessThanOrEqualTo(Cogs(250));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(120));

    private void Check(int clients, Func<int, ReceiptLog> open)
    {
        var run = 0;
        Prop.ForAll(Histories.ToArbitrary(), history =>
        {
            run++;
            new History(this, clients, () => open(run)).RunAsync(history).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(120));
    }

    /// <summary>One step: which client does what, with which number and model.</summary>
    private sealed record Step(int Client, int Action, int Number, string? Model);

    /// <summary>A payment and who may settle it; nobody once the client that knew its entry is gone.</summary>
    private sealed class Payment(ReceiptEntry entry, int client)
    {
        public ReceiptEntry Entry { get; set; } = entry;

        public int? Client { get; set; } = client;
    }

    private sealed class History(SpendingProperties test, int clients, Func<ReceiptLog> open)
    {
        private readonly ReceiptLog[] _logs = [.. Enumerable.Range(0, clients).Select(_ => open())];
        private readonly List<Payment> _payments = [];

        public async Task RunAsync(Step[] steps)
        {
            foreach (var step in steps)
                await DoAsync(step with { Client = step.Client % clients });

            foreach (var log in _logs)
                (await ListAsync(log)).ShouldBe(_payments.Select(payment => payment.Entry.Receipt));
            foreach (var log in _logs)
                log.Dispose();
        }

        private async Task DoAsync(Step step)
        {
            switch (step.Action)
            {
                case < 10:
                    await PayAsync(step);
                    break;
                case < 17 when _payments.Count > 0:
                    var payment = _payments[^(1 + (step.Number % Math.Min(_payments.Count, 5)))];
                    if (payment.Client is { } client)
                        _logs[client].Settle(payment.Entry, (PaymentOutcome)(step.Action % 3));
                    break;
                case 18 when clients > 1:
                    Restart(step.Client);
                    break;
                case 19:
                    test.Time.Advance(TimeSpan.FromHours(step.Number));
                    break;
            }
        }

        private async Task PayAsync(Step step)
        {
            var refused = Refused(step);
            try
            {
                _payments.Add(new Payment(await test.SignAsync(_logs[step.Client], step.Number, step.Model), step.Client));
                refused.ShouldBeNull();
            }
            catch (SpendingLimitException e)
            {
                e.Limit.ShouldBe($"SpendingPolicy.{refused}");
            }
        }

        private void Restart(int client)
        {
            _logs[client].Dispose();
            _logs[client] = open();
            var left = _logs[client].OpenOf(0).ToDictionary(entry => entry.Number);
            foreach (var payment in _payments.Where(payment => payment.Client == client || payment.Client is null))
            {
                payment.Client = left.TryGetValue(payment.Entry.Number, out var entry) ? client : null;
                payment.Entry = entry ?? payment.Entry;
            }
        }

        // Reckoned from all receipts each time, as somebody would who has only them.
        private string? Refused(Step step)
        {
            if (step.Number == 0)
                return null;
            if (step.Number > Policy.MaxPerCall!.Value.Cogs)
                return nameof(Policy.MaxPerCall);
            if (step.Model is not null && Spent(receipt => receipt.ModelId == step.Model) + step.Number > Policy.MaxPerModel!.Value.Cogs)
                return nameof(Policy.MaxPerModel);
            if (Spent(receipt => receipt.Time.UtcDateTime.Date == test.Time.GetUtcNow().UtcDateTime.Date) + step.Number > Policy.MaxPerDay!.Value.Cogs)
                return nameof(Policy.MaxPerDay);
            return Spent(_ => true) + step.Number > Policy.MaxTotal!.Value.Cogs ? nameof(Policy.MaxTotal) : null;
        }

        private BigInteger Spent(Func<PaymentReceipt, bool> counts) => _payments.Select(payment => payment.Entry.Receipt)
            .Where(receipt => receipt.Outcome != PaymentOutcome.NotCharged && counts(receipt)).Aggregate(BigInteger.Zero, (sum, receipt) => sum + receipt.Price.Cogs);
    }
}
