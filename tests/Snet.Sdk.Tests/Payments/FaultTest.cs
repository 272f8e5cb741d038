using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Tests of faults: a client that has paid once, on a clock of its own, so that nothing waits for real seconds.</summary>
[Category("Sandbox")]
public abstract class FaultTest : PlatformTest
{
    /// <summary>How far the client's clock moves at a time while it waits.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    /// <summary>How long one attempt of the client may take, on its clock; real answers never take so many steps.</summary>
    protected static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(1);

    protected SnetClient Snet { get; private set; } = null!;

    protected ServiceClient Calculator { get; private set; } = null!;

    internal ManualTime Time { get; private set; } = null!;

    protected static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [SetUp]
    public async Task PayOnceAsync()
    {
        Time = new ManualTime();
        Snet = Connect(Configure);
        Calculator = Service(Snet);
        await AddAsync();
    }

    [TearDown]
    public async Task DisposeClientsAsync()
    {
        await Calculator.DisposeAsync();
        await Snet.DisposeAsync();
    }

    /// <summary>Adds numbers, a paid call that costs 5 cogs.</summary>
    protected Task<CallResult<JsonObject>> AddAsync() => AddAsync(Calculator);

    protected static Task<CallResult<JsonObject>> AddAsync(ServiceClient service) => service.CallAsync("add", Numbers);

    /// <summary>Moves the client's clock until something is done.</summary>
    internal async Task<T> RunAsync<T>(Task<T> task)
    {
        await Time.RunAsync(task, Step);
        return await task;
    }

    /// <summary>A client that knows nothing yet and pays from the same account.</summary>
    protected ServiceClient NewClientOfTheSameAccount(HttpMessageHandler? daemon = null) => Service(Connect(
        options =>
        {
            Configure(options);
            options.DaemonHttpHandler = daemon;
        },
        Snet.Options.Signer));

    /// <summary>After a fault: the next call costs one price, and the receipts come to what the daemon has stored.</summary>
    protected async Task GoesOnAsync(params PaymentOutcome[] outcomes)
    {
        var paid = outcomes.Count(outcome => outcome == PaymentOutcome.Paid);
        (await AddAsync()).Receipt!.AmountAfter.Cogs.ShouldBe(5 * (paid + 1));
        (await ReceiptsAsync()).Select(receipt => receipt.Outcome).ShouldBe([.. outcomes, PaymentOutcome.Paid]);
        await TotalsAgreeAsync();
    }

    protected async Task TotalsAgreeAsync()
    {
        var receipts = await ReceiptsAsync();
        Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(receipts.Aggregate(TokenAmount.Zero, (sum, receipt) => sum + receipt.Paid).Cogs);
    }

    protected async Task<List<PaymentReceipt>> ReceiptsAsync() => await Snet.Account.ListReceiptsAsync().ToListAsync();

    private void Configure(SnetClientOptions options) =>
        (options.MaxRetries, options.AttemptTimeout, options.TimeProvider) = (1, AttemptTimeout, Time);
}
