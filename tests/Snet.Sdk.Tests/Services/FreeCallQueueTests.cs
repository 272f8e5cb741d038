using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Tests;

namespace Snet.Sdk.Tests.Services;

/// <summary>Free calls go one after the other; those that wait are held to the limits of the queue.</summary>
[Category("Sandbox")]
public sealed class FreeCallQueueTests() : PlatformTest(SandboxDaemonVersion.V6_0)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();
    private HoldingHandler _daemon = null!;

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [SetUp]
    public void MakeHandler() => _daemon = new HoldingHandler();

    [TearDown]
    public void RemoveHandler() => _daemon.Dispose();

    [Test]
    public async Task CallAsync_TooManyWait_EndsAtOnceAndTheOthersGoOn()
    {
        var (service, first) = await HoldOneAsync(PaymentMode.Free, options => options.MaxQueuedCalls = 1);
        var second = service.CallAsync("add", Numbers);

        var error = await Should.ThrowAsync<PaymentQueueException>(() => service.CallAsync("add", Numbers).WaitAsync(TimeSpan.FromSeconds(10)));

        (error.Waiting, error.Waited, error.MoneyMoved, error.IsTransient).ShouldBe((2, TimeSpan.Zero, MoneyMoved.No, true));
        error.Message.ShouldContain("free call");
        error.Message.ShouldContain("use PaymentMode.Automatic");
        _daemon.LetGo();
        (await Task.WhenAll(first, second)).ShouldAllBe(result => result.Receipt!.Mode == PaymentMode.Free);
    }

    [Test]
    public async Task CallAsync_WaitsTooLong_EndsWithItsReasonAndTheOthersGoOn()
    {
        var (service, first) = await HoldOneAsync(PaymentMode.Free);
        var second = service.CallAsync("add", Numbers);
        await WaitingAsync();

        _time.Advance(Patience);

        (await Should.ThrowAsync<PaymentQueueException>(second)).Waited.ShouldBe(Patience);
        _daemon.LetGo();
        await first;
        (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Free); // who gave up does not hold up the next
    }

    [Test]
    public async Task CallAsync_AutomaticAndWaitsTooLong_PaysAndSaysWhy()
    {
        var (service, first) = await HoldOneAsync(PaymentMode.Automatic);
        var second = service.CallAsync("add", Numbers);
        await WaitingAsync();

        _time.Advance(Patience);
        _daemon.LetGo();
        await _time.RunAsync(second, TimeSpan.FromMilliseconds(50));

        var paid = (await second).Receipt!;
        (paid.Mode, paid.Note).ShouldBe((PaymentMode.Escrow, "No free call: the queue for them is too long"));
        (await first).Receipt!.Mode.ShouldBe(PaymentMode.Free);
    }

    [Test]
    public async Task CallAsync_ClientIsClosed_NobodyWaitsOn()
    {
        var (service, first) = await HoldOneAsync(PaymentMode.Free);
        var second = service.CallAsync("add", Numbers);
        await WaitingAsync();

        await service.Client.DisposeAsync();

        await Should.ThrowAsync<ObjectDisposedException>(second.WaitAsync(TimeSpan.FromSeconds(10)));
        _daemon.LetGo();
        await Task.WhenAny(first); // answered or ended with the client, as it comes
    }

    // One that is under way, so that the others wait.
    private async Task<(ServiceClient Service, Task<CallResult<JsonObject>> First)> HoldOneAsync(PaymentMode mode, Action<SnetClientOptions>? change = null)
    {
        var service = Service(Connect(options =>
        {
            (options.PaymentMode, options.DaemonHttpHandler, options.TimeProvider, options.QueueTimeout) = (mode, _daemon, _time, Patience);
            change?.Invoke(options);
        }));
        await service.CallAsync("add", Numbers);
        _daemon.Hold();
        var first = service.CallAsync("add", Numbers);
        await _daemon.HeldAsync(1);
        return (service, first);
    }

    // Nothing else ends as soon as the patience of one who waits.
    private async Task WaitingAsync()
    {
        for (var limit = 0; _time.NextTimer != Patience; limit++)
        {
            limit.ShouldBeLessThan(2_000);
            await Task.Delay(5);
        }
    }
}
