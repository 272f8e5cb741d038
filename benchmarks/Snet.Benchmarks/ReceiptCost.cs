using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Snet.Sdk;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Benchmarks;

/// <summary>What the spending policy and the receipt of one call cost: set aside, write down, settle; in memory and on disk, and how long a restart takes.</summary>
internal static class ReceiptCost
{
    private static readonly PaymentOrder Order = new("organization", "service", "/service.Calculator/add", TokenAmount.FromCogs(10_000_000_000));

    public static async Task<int> RunAsync(int count)
    {
        using var signer = PrivateKeySigner.CreateRandom();
        var directory = Directory.CreateTempSubdirectory("snet-receipts-");
        try
        {
            var options = new SnetClientOptions
            {
                Signer = signer,
                Spending = new SpendingPolicy { MaxPerDay = TokenAmount.FromTokens(1_000_000), MaxTotal = TokenAmount.FromTokens(1_000_000) },
            };
            using (var memory = new ReceiptLog(options, null, NullLogger.Instance))
                await MeasureAsync("in memory", memory, count);
            options.DataDirectory = directory.FullName;
            using (var disk = new ReceiptLog(options, AccountFolder.Of(options), NullLogger.Instance))
                await MeasureAsync("on disk", disk, count);

            using var again = new ReceiptLog(options, AccountFolder.Of(options), NullLogger.Instance);
            var processor = Environment.CpuUsage.TotalTime;
            again.OpenOf(0);
            Console.WriteLine($"restart: {(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds:0.0} ms of processor time");
            processor = Environment.CpuUsage.TotalTime;
            var listed = await again.ListAsync(CancellationToken.None).CountAsync();
            Console.WriteLine($"listing {listed} receipts: {(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds:0} ms of processor time");
            Console.WriteLine($"files: {directory.EnumerateFiles("*.jsonl", SearchOption.AllDirectories).Sum(file => file.Length) / (double)listed:0} bytes for each receipt");
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string name, ReceiptLog log, int count)
    {
        var total = TokenAmount.Zero;
        for (var i = 0; i < 2_000; i++)
            total = await PayAsync(log, total); // warm
        var (allocated, started, processor) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < count; i++)
            total = await PayAsync(log, total);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var used = Environment.CpuUsage.TotalTime - processor;
        Console.WriteLine($"{name}: {elapsed.TotalMicroseconds / count:0} us, {used.TotalMicroseconds / count:0} us of processor time and {(GC.GetAllocatedBytesForCurrentThread() - allocated) / count} bytes for each call");
    }

    private static async ValueTask<TokenAmount> PayAsync(ReceiptLog log, TokenAmount total)
    {
        using var reservation = await log.ReserveAsync(Order, CancellationToken.None);
        var receipt = new PaymentReceipt(
            TimeProvider.System.GetUtcNow(), Order.OrgId, Order.ServiceId, Order.Method, null, 17, 3, total, total + Order.Price, PaymentOutcome.Unknown);
        log.Settle(log.Add(receipt, Order with { Reservation = reservation }), PaymentOutcome.Paid);
        return receipt.AmountAfter;
    }
}
