using FsCheck;
using FsCheck.Fluent;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Tests.Histories;

/// <summary>Makes histories by chance, and smaller ones out of one that fails.</summary>
internal static class Chance
{
    private const int LongestHistory = 9;

    /// <summary>Histories, with their smaller relatives or without.</summary>
    public static Arbitrary<History> Histories(bool smaller) => smaller ? Arb.From(History, Smaller) : Arb.From(History);

    private static Gen<History> History =>
        from setup in Setup
        from length in Gen.Choose(1, LongestHistory)
        from steps in Step.ArrayOf(length)
        select new History(setup, steps);

    private static Gen<Setup> Setup =>
        from tokens in Gen.Frequency((5, Gen.Constant(200)), (2, Gen.Choose(0, 60)))
        from ahead in Gen.Elements(1, 2, 3, 10)
        from own in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        from mode in Gen.Frequency(
            (5, Gen.Constant(PaymentMode.Escrow)), (2, Gen.Constant(PaymentMode.Automatic)), (1, Gen.Constant(PaymentMode.Free)), (3, Gen.Constant(PaymentMode.Prepaid)))
        from disk in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from perCall in Gen.Frequency((7, Gen.Constant(0)), (1, Gen.Elements(4, 6, 10, 20)))
        from total in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(1, 60)))
        select new Setup(tokens, ahead, own, mode, disk, perCall, total);

    // Mostly one process; the second joins now and then.
    private static Gen<int> Client => Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Constant(1)));

    private static Gen<int> Channel => Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(1, 2)));

    private static Gen<PaidStep> Paid => Gen.Frequency(
        (8, from client in Client from method in Gen.Frequency((5, Gen.Constant("add")), (2, Gen.Constant("mul")), (1, Gen.Constant("wait")), (2, Gen.Constant("fail"))) select (PaidStep)new Call(client, method)),
        (1, from client in Client from price in Gen.Elements(0, 1, 9, 30) select (PaidStep)new Validate(client, price)));

    private static Gen<Step> Step => Gen.Frequency(
        (10, Paid.Select(paid => (Step)paid)),
        (3, from count in Gen.Choose(2, 5) from calls in Paid.ArrayOf(count) select (Step)new Together(calls)),
        (2, from client in Client from how in Gen.Elements(Enum.GetValues<Impatience>()) from charged in Gen.Elements(false, true) select (Step)new GivenUp(client, how, charged)),
        (6, from what in Gen.Elements(Enum.GetValues<Trouble>()) from times in Gen.Frequency((4, Gen.Constant(1)), (1, Gen.Choose(2, 4))) select (Step)new Order(what, times)),
        (3, from channel in Channel from how in Gen.Elements(Enum.GetValues<Claiming>()) select (Step)new Claims(channel, how)),
        (2, Client.Select(client => (Step)new Restart(client))),
        (1, Gen.Elements(true, false).Select(up => (Step)new DaemonIs(up))),
        (1, Channel.Select(channel => (Step)new Forgets(channel))),
        (1, from cogs in Gen.Elements(0, 3, 6, 11) from published in Gen.Elements(true, false) select (Step)new PriceIs(cogs, published)),
        (2, from blocks in Gen.Elements(1L, 6L, 250L, 40_000L, 100_000L, 200_000L) from passes in Gen.Elements(true, false) select (Step)new Mine(blocks, passes)),
        (1, Gen.Constant((Step)new TakeBlockBack())),
        (2, from client in Client from what in Gen.Elements(Enum.GetValues<Deed>()) from amount in Gen.Choose(1, 40) from channel in Channel select (Step)new ByHand(client, what, amount, channel)),
        (1, Gen.Choose(1, 60).Select(cogs => (Step)new Earn(cogs))));

    // Without some of the steps, then with simpler ones, then from a simpler beginning.
    private static IEnumerable<History> Smaller(History history)
    {
        for (var size = history.Steps.Length / 2; size > 0; size /= 2)
        {
            for (var first = 0; first + size <= history.Steps.Length; first += size)
                yield return history with { Steps = [.. history.Steps[..first], .. history.Steps[(first + size)..]] };
        }

        for (var i = 0; i < history.Steps.Length; i++)
        {
            foreach (var simpler in Simpler(history.Steps[i]))
                yield return history with { Steps = [.. history.Steps[..i], simpler, .. history.Steps[(i + 1)..]] };
        }

        foreach (var setup in new[] { new Setup(), history.Setup with { OwnSigner = false }, history.Setup with { CallsAhead = 3 }, history.Setup with { Mode = PaymentMode.Escrow },
                     history.Setup with { OnDisk = false }, history.Setup with { MaxPerCall = 0 }, history.Setup with { MaxTotal = 0 } }.Distinct())
        {
            if (setup != history.Setup)
                yield return history with { Setup = setup };
        }
    }

    private static IEnumerable<Step> Simpler(Step step) => (step switch
    {
        Call call => [new Call(call.Client), new Call(0, call.Method)],
        Validate validate => [new Call(validate.Client), validate with { Price = 9 }, validate with { Client = 0 }],
        Together { Calls: [var only] } => [only],
        Together together => Without(together).Concat(EachSimpler(together)),
        GivenUp given => [new Call(given.Client), given with { Client = 0 }, given with { How = Impatience.Cancelled }, given with { Charged = false }],
        Order order => order.Times > 1 ? [order with { Times = 1 }, order with { Times = order.Times - 1 }] : [],
        Claims claims => claims.Channel > 0 ? [claims with { Channel = 0 }] : [],
        Restart restart => [restart with { Client = 0 }],
        Forgets forgets => [forgets with { Channel = 0 }],
        PriceIs price => [price with { Cogs = 6 }],
        Mine mine => new[] { 1L, 6L, 40_000L }.Where(blocks => blocks < mine.Blocks).Select(blocks => mine with { Blocks = blocks }),
        ByHand deed => [deed with { Amount = 20 }, deed with { Channel = 0 }, deed with { Client = 0 }],
        Earn earn => [earn with { Cogs = 50 }],
        _ => Enumerable.Empty<Step>(),
    }).Where(simpler => simpler != step);

    private static IEnumerable<Step> Without(Together together) =>
        Enumerable.Range(0, together.Calls.Length).Select(i => new Together([.. together.Calls[..i], .. together.Calls[(i + 1)..]]));

    private static IEnumerable<Step> EachSimpler(Together together) =>
        from i in Enumerable.Range(0, together.Calls.Length)
        from simpler in Simpler(together.Calls[i]).OfType<PaidStep>()
        select new Together([.. together.Calls[..i], simpler, .. together.Calls[(i + 1)..]]);
}
