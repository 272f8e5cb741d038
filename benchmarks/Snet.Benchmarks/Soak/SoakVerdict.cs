using System.Numerics;

namespace Snet.Benchmarks.Soak;

/// <summary>What the books of one account say in the end, and where they disagree.</summary>
internal sealed record SoakVerdict(SoakReceipts Receipts, BigInteger Taken, BigInteger Claimed, BigInteger Used, IReadOnlyList<string> Problems)
{
    /// <summary>What the daemon has taken of which no receipt says that it was paid, or used of what was paid ahead and of which no call is told.</summary>
    public BigInteger Lost => BigInteger.Max(0, Taken - Receipts.Paid) + BigInteger.Max(0, Used - Receipts.Drawn);

    public static async Task<SoakVerdict> OfAsync(SoakLane lane)
    {
        var receipts = await lane.ReceiptsAsync();
        var (taken, books) = (lane.Books.TakenInAll(), lane.Books);
        var used = books.Channels.Aggregate(BigInteger.Zero, (sum, channel) => sum + (lane.Sandbox.Daemon.Plans.Find(channel)?.Used ?? 0));
        List<string> problems = [.. books.Broken.Take(20)];
        if (receipts.Paid != taken)
            problems.Add($"the receipts say {receipts.Paid}, and the daemon took {taken}");
        if (taken != books.Claimed)
            problems.Add($"the daemon took {taken}, and {books.Claimed} could be claimed");
        if (receipts.Open > 0)
            problems.Add($"the fate of {receipts.Open} payments is open");
        if (used > receipts.Drawn)
            problems.Add($"{used} of what was paid ahead is used, and the receipts say {receipts.Drawn}");
        var cost = lane.IsPrepaid ? receipts.Drawn : receipts.Paid;
        if (cost < books.Told.Least || cost > books.Told.Most)
            problems.Add($"the calls cost {cost}, and users were told {books.Told.Least} to {books.Told.Most}");
        if (lane.FindImbalance() is { } imbalance)
            problems.Add(imbalance);
        problems.AddRange(lane.Sandbox.Daemon.Violations.Select(violation => violation.Message));
        return new SoakVerdict(receipts, taken, books.Claimed, used, problems);
    }
}
