using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Snet.Sdk.Payments;

namespace Snet.Benchmarks.Soak;

/// <summary>Many paid calls with a fault in one of ten. In the end the books must agree, and no token may be lost.</summary>
internal static class SoakRun
{
    private const int WarmUp = 1_000; // for each way to pay
    private const int Users = 6;

    /// <summary>Runs it.</summary>
    /// <param name="calls">How many calls; six of ten are paid from channels, the others ahead.</param>
    /// <param name="seed">Decides what is called and what goes wrong; which call meets it is up to the scheduler, too.</param>
    /// <returns>0 when all is right, otherwise 1.</returns>
    public static async Task<int> RunAsync(int calls, int seed)
    {
        Console.WriteLine($"{calls} calls, seed {seed}");
        await using var escrow = await SoakLane.StartAsync(PaymentMode.Escrow, Users, new ChannelFunding { CallsAhead = 200, MaxChannels = 3 }, seed);
        await using var prepaid = await SoakLane.StartAsync(PaymentMode.Prepaid, Users, new ChannelFunding { CallsAhead = 500 }, seed + Users);
        SoakLane[] lanes = [escrow, prepaid];
        await Task.WhenAll(lanes.Select(lane => lane.CallAsync(WarmUp, withFaults: false)));
        var (before, started) = (Memory(), Stopwatch.GetTimestamp());
        await Task.WhenAll(escrow.CallAsync(calls * 6 / 10, withFaults: true), prepaid.CallAsync(calls - (calls * 6 / 10), withFaults: true));
        var elapsed = Stopwatch.GetElapsedTime(started);
        await Task.WhenAll(lanes.Select(lane => lane.SettleAsync()));
        var after = Memory();

        var verdicts = await Task.WhenAll(lanes.Select(lane => SoakVerdict.OfAsync(lane)));
        Print(lanes, verdicts);
        Console.WriteLine($"memory after collection: {before:0.0} MB at the start, {after:0.0} MB at the end, platform included");
        Console.WriteLine($"time: {elapsed.TotalSeconds:0} s");
        foreach (var problem in verdicts.SelectMany(verdict => verdict.Problems))
            Console.WriteLine($"WRONG: {problem}");
        return verdicts.Any(verdict => verdict.Problems.Count > 0) ? 1 : 0;
    }

    private static double Memory() => GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;

    private static void Print(SoakLane[] lanes, SoakVerdict[] verdicts)
    {
        Console.WriteLine("| | from channels | paid ahead | in all |");
        Console.WriteLine("|---|---:|---:|---:|");
        Row("calls made, those before and after the faults included", lane => lane.Books.Succeeded + lane.Books.Failed);
        Row("… succeeded", lane => lane.Books.Succeeded);
        Row("faults injected", lane => lane.Books.Faults.Values.Sum());
        foreach (var fault in lanes.SelectMany(lane => lane.Books.Faults.Keys).Distinct().Order(StringComparer.Ordinal))
            Row("… " + fault, lane => lane.Books.Faults.GetValueOrDefault(fault));
        foreach (var error in lanes.SelectMany(lane => lane.Errors.Keys).Distinct().Order(StringComparer.Ordinal))
            Row($"errors: `{error}`", lane => lane.Errors.GetValueOrDefault(error));
        Row("channels", lane => lane.Books.Channels.Count);
        Verdict("receipts say paid, cogs", verdict => verdict.Receipts.Paid);
        Verdict("the daemon took, cogs", verdict => verdict.Taken);
        Verdict("claimed on the chain with those signatures, cogs", verdict => verdict.Claimed);
        Verdict("paid ahead and used, by the receipts, cogs", verdict => verdict.Receipts.Drawn);
        Verdict("paid ahead and used, by the daemon, cogs", verdict => verdict.Used);
        Verdict("receipts left open", verdict => verdict.Receipts.Open);
        Verdict("tokens lost, cogs", verdict => verdict.Lost);

        void Row(string what, Func<SoakLane, int> count) =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {count(lanes[0]):N0} | {count(lanes[1]):N0} | {lanes.Sum(count):N0} |"));

        void Verdict(string what, Func<SoakVerdict, BigInteger> amount) => Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| {what} | {amount(verdicts[0]):N0} | {amount(verdicts[1]):N0} | {amount(verdicts[0]) + amount(verdicts[1]):N0} |"));
    }
}
