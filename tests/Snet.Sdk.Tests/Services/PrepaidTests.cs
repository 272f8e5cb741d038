using System.Diagnostics;
using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Tests.Training.Datasets;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Services;

/// <summary>Calls that are paid ahead (protocol h.1).</summary>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class PrepaidTests(SandboxDaemonVersion version) : PrepaidTest(version)
{
    [Test]
    public async Task CallAsync_Prepaid_PaysForSomeCallsAtATimeAndEachDrawsItsPrice()
    {
        using var daemon = new CountingHandler();
        var snet = ConnectPrepaid(3, options => options.DaemonHttpHandler = daemon);
        var service = Service(snet);

        List<CallResult<JsonObject>> results = [];
        for (var i = 0; i < 7; i++)
            results.Add(await service.CallAsync("add", Numbers));

        results.ShouldAllBe(result => result.Paid.Cogs == 5 && result.Value["value"]!.GetValue<double>() == 3);
        results.Select(result => result.Receipt!).ShouldAllBe(receipt =>
            receipt.Mode == PaymentMode.Prepaid && receipt.Price.IsZero && receipt.Drawn.Cogs == 5 && receipt.Outcome == PaymentOutcome.Paid);
        daemon.Paths.Count(path => path == GetToken).ShouldBe(3);
        var plans = (await ReceiptsAsync(snet)).Where(receipt => receipt.Drawn.IsZero).ToList();
        plans.Select(receipt => (receipt.Mode, receipt.Method, receipt.AmountBefore.Cogs, receipt.AmountAfter.Cogs)).ShouldBe(
            [(PaymentMode.Prepaid, GetToken, 0, 15), (PaymentMode.Prepaid, GetToken, 15, 30), (PaymentMode.Prepaid, GetToken, 30, 45)]);
        (await SignedAsync(snet)).ShouldBe(45);
    }

    [Test]
    public async Task CallAsync_Warm_IsOneDaemonRequestAndNoNodeRequest()
    {
        using var node = new CountingHandler();
        using var daemon = new CountingHandler();
        var service = Service(ConnectPrepaid(20, options => (options.NodeHttpHandler, options.DaemonHttpHandler) = (node, daemon)));
        await CallAsync(service, 1);
        node.Clear();
        daemon.Clear();

        await CallAsync(service, 5);

        daemon.Paths.ShouldBe(Enumerable.Repeat(Add, 5));
        node.Count.ShouldBe(0);
    }

    [Test]
    public async Task CallAsync_ManyAtOnce_RunSideBySideOnOneSignature()
    {
        using var daemon = new CountingHandler();
        var snet = ConnectPrepaid(100, options => options.DaemonHttpHandler = daemon);
        var service = Service(snet);
        await CallAsync(service, 1);
        var started = Stopwatch.GetTimestamp();

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => service.CallAsync("wait", new JsonObject { ["a"] = 300 })));

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(32 * 0.3 / 2)); // one after the other they would take twice as long and more
        results.Sum(result => (int)result.Paid.Cogs).ShouldBe(160);
        daemon.Paths.Count(path => path == GetToken).ShouldBe(1);
        (await SignedAsync(snet)).ShouldBe(500);
    }

    [Test]
    public async Task CallAsync_MoreAtOnceThanArePaidAhead_WaitOnlyForMoreToBePaid()
    {
        using var daemon = new CountingHandler();
        var snet = ConnectPrepaid(8, options => options.DaemonHttpHandler = daemon);
        var service = Service(snet);

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => service.CallAsync("add", Numbers)));

        results.Sum(result => (int)result.Paid.Cogs).ShouldBe(200);
        daemon.Paths.Count(path => path == Add).ShouldBe(40); // none was refused
        (await SignedAsync(snet)).ShouldBeInRange(200, 240);
    }

    [Test]
    public async Task CallAsync_LittleIsLeft_MoreIsPaidBeforeItRunsOut()
    {
        using var daemon = new CountingHandler();
        var snet = ConnectPrepaid(8, options => options.DaemonHttpHandler = daemon);
        var service = Service(snet);
        await CallAsync(service, 6);
        daemon.Paths.Count(path => path == GetToken).ShouldBe(1);

        await CallAsync(service, 1); // one is left: below a quarter
        for (var i = 0; i < 500 && await SignedAsync(snet) < 80; i++)
            await Task.Delay(10);

        daemon.Paths.Count(path => path == GetToken).ShouldBe(2);
        (await SignedAsync(snet)).ShouldBe(80);
        await CallAsync(service, 7);
        daemon.Paths.Count(path => path == GetToken).ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_ServiceFails_TheCallStaysUsed()
    {
        var snet = ConnectPrepaid(2);
        var service = Service(snet);

        var error = await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("fail", new JsonObject { ["a"] = 9 }));
        (error.StatusCode, error.Origin, error.MoneyMoved).ShouldBe((9, CallOrigin.Service, MoneyMoved.Yes));
        await CallAsync(service, 1);
        (await SignedAsync(snet)).ShouldBe(10);

        await CallAsync(service, 1);
        (await SignedAsync(snet)).ShouldBe(20);
        (await ReceiptsAsync(snet)).Sum(receipt => (int)receipt.Drawn.Cogs).ShouldBe(15);
    }

    [Test]
    public async Task CallAsync_ClientIsStartedAgain_UsesUpWhatWasPaidAhead()
    {
        var signer = NewSigner();
        using var daemon = new CountingHandler();
        await using (var first = ConnectPrepaid(3, signer: signer))
        {
            var service = Service(first);
            await CallAsync(service, 1);
            await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("fail", new JsonObject { ["a"] = 9 }));
        }

        var again = ConnectPrepaid(3, options => options.DaemonHttpHandler = daemon, signer);
        await CallAsync(Service(again), 1);
        (await ReceiptsAsync(again)).ShouldAllBe(receipt => receipt.Price.IsZero); // nothing more was signed for
        daemon.Paths.Count(path => path == GetToken).ShouldBe(1);

        await CallAsync(Service(again), 1);
        (await ReceiptsAsync(again)).Where(receipt => !receipt.Price.IsZero)
            .Select(receipt => (receipt.AmountBefore.Cogs, receipt.AmountAfter.Cogs)).ShouldBe([(15, 30)]);
    }

    [Test]
    public async Task CallAsync_PrepaidAndEscrowInTurn_ShareOneTotal()
    {
        var snet = ConnectPrepaid(2);
        var service = Service(snet);
        var escrow = new ServiceCallOptions { PaymentMode = PaymentMode.Escrow };

        await CallAsync(service, 1);
        (await service.CallAsync("add", Numbers, escrow)).Receipt!.AmountAfter.Cogs.ShouldBe(15);
        await CallAsync(service, 2);
        (await service.CallAsync("add", Numbers, escrow)).Receipt!.AmountAfter.Cogs.ShouldBe(30);

        (await SignedAsync(snet)).ShouldBe(30);
        (await service.Channels.ListAsync()).Count.ShouldBe(1);
    }

    [Test]
    public async Task ValidateModelAsync_ClientIsPrepaid_TrainingIsPaidFromTheChannelAllTheSame()
    {
        var snet = ConnectPrepaid(2);
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "paid by itself");

        await service.Training.ValidateModelAsync(model.Id, new Uri("https://data.example/set.zip"), options: new TrainOptions { MaxPrice = TokenAmount.FromCogs(20) });

        (await ReceiptsAsync(snet)).Single().Mode.ShouldBe(PaymentMode.Escrow);
    }

    [Test]
    public async Task ListReceiptsAsync_AfterARestart_TellsWhatWasDrawn()
    {
        using var folder = new TemporaryFolder();
        var signer = NewSigner();
        List<PaymentReceipt> before;
        await using (var snet = ConnectPrepaid(3, options => options.DataDirectory = folder.Path, signer))
        {
            await CallAsync(Service(snet), 2);
            before = await ReceiptsAsync(snet);
        }

        var after = await ReceiptsAsync(ConnectPrepaid(3, options => options.DataDirectory = folder.Path, signer));

        after.ShouldBe(before);
        after.Select(receipt => ((int)receipt.Paid.Cogs, (int)receipt.Drawn.Cogs)).ShouldBe([(15, 0), (0, 5), (0, 5)]);
    }
}
