using System.Numerics;
using Microsoft.Extensions.Logging.Abstractions;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Tests.Training.Datasets;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Tests of what is spent and written down, on a clock of their own and in a folder of their own.</summary>
public abstract class LedgerTest
{
    private readonly PrivateKeySigner _account = PrivateKeySigner.CreateRandom();
    private readonly List<IDisposable> _owned = [];
    private BigInteger _total;

    internal TemporaryFolder Data { get; private set; } = null!;

    internal ManualTime Time { get; private set; } = null!;

    [SetUp]
    public void Begin() => (Data, Time, _total) = (Own(new TemporaryFolder()), new ManualTime(), 0);

    [TearDown]
    public void End()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            owned.Dispose();
        _owned.Clear();
    }

    [OneTimeTearDown]
    public void WipeKey() => _account.Dispose();

    /// <summary>A log that keeps its receipts in memory.</summary>
    internal ReceiptLog InMemory(SpendingPolicy? policy = null) => Own(new ReceiptLog(Options(policy), null, NullLogger.Instance));

    /// <summary>A log on the test's folder, as another process has it.</summary>
    internal ReceiptLog OnDisk(SpendingPolicy? policy = null, long fileBytes = ReceiptLog.FileBytes, string? directory = null) =>
        Own(new ReceiptLog(Options(policy), Folder(directory), NullLogger.Instance, fileBytes));

    internal AccountFolder Folder(string? directory = null) => new(directory ?? Data.Path, SnetNetwork.Sepolia, _account);

    /// <summary>The folder as it is on the disk now, for a client after a crash: whoever wrote it is gone.</summary>
    internal string Crashed()
    {
        var copy = Own(new TemporaryFolder());
        foreach (var file in Directory.EnumerateFiles(Data.Path, "*", SearchOption.AllDirectories))
        {
            var target = copy[Path.GetRelativePath(Data.Path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (file.EndsWith(".lock", StringComparison.Ordinal))
            {
                File.WriteAllBytes(target, []); // it may be locked, and is empty
                continue;
            }

            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = File.Create(target);
            from.CopyTo(to);
        }

        return copy.Path;
    }

    /// <summary>Reserves and signs, as a call does.</summary>
    internal async Task<ReceiptEntry> SignAsync(ReceiptLog log, long cogs, string? modelId = null, BigInteger? channel = null)
    {
        var order = Order(cogs, modelId);
        using var reservation = await log.ReserveAsync(order, CancellationToken.None);
        return log.Add(Receipt(order, channel ?? 0), order with { Reservation = reservation });
    }

    internal async Task<ReceiptEntry> PayAsync(ReceiptLog log, long cogs, string? modelId = null)
    {
        var entry = await SignAsync(log, cogs, modelId);
        log.Settle(entry, PaymentOutcome.Paid);
        return entry;
    }

    internal PaymentReceipt Receipt(PaymentOrder order, BigInteger? channel = null)
    {
        BigInteger before, after;
        lock (_owned)
            (before, after) = (_total, _total += order.Price.Cogs);
        return new PaymentReceipt(
            Time.GetUtcNow(), order.OrgId, order.ServiceId, order.Method, order.ModelId, channel ?? 0, 0,
            TokenAmount.FromCogs(before), TokenAmount.FromCogs(after), PaymentOutcome.Unknown);
    }

    internal static PaymentOrder Order(long cogs, string? modelId = null) =>
        new("org", "service", "/service.Calculator/add", TokenAmount.FromCogs(cogs)) { ModelId = modelId };

    internal static async Task<SpendingLimitException> RefusedAsync(ReceiptLog log, long cogs, string? modelId = null) =>
        await Should.ThrowAsync<SpendingLimitException>(async () => await log.ReserveAsync(Order(cogs, modelId), CancellationToken.None));

    internal static TokenAmount Cogs(long cogs) => TokenAmount.FromCogs(cogs);

    internal static async Task<List<PaymentReceipt>> ListAsync(ReceiptLog log) => await log.ListAsync(CancellationToken.None).ToListAsync();

    internal T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private SnetClientOptions Options(SpendingPolicy? policy) => new() { TimeProvider = Time, Spending = policy ?? new SpendingPolicy() };
}
