using System.Text.Json.Nodes;
using Snet.Grpc;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Services;

[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class CallTests(SandboxDaemonVersion version) : PlatformTest(version)
{
    [Test]
    public async Task CallAsync_JsonAndGenerated_SameAnswerEachPaidOnce()
    {
        var service = Service(Connect());

        CallResult<JsonObject> json = await service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });
        CallResult<global::Service.Result> typed = await service.CallAsync<global::Service.Numbers, global::Service.Result>(
            "Calculator/add", new global::Service.Numbers { A = 1, B = 2 });

        json.Value["value"]!.GetValue<double>().ShouldBe(3);
        typed.Value.Value.ShouldBe(3);
        (json.Paid.Cogs, typed.Paid.Cogs).ShouldBe((5, 5));
        typed.Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_Warm_IsOneDaemonRequestAndNoNodeRequest()
    {
        using var node = new CountingHandler();
        using var daemon = new CountingHandler();
        var service = Service(Connect(options => (options.NodeHttpHandler, options.DaemonHttpHandler) = (node, daemon)));
        await service.CallAsync("add", Numbers);
        node.Clear();
        daemon.Clear();

        for (var i = 0; i < 5; i++)
            await service.CallAsync("add", Numbers);

        daemon.Paths.ShouldBe(Enumerable.Repeat("/service.Calculator/add", 5));
        node.Count.ShouldBe(0);
    }

    [Test]
    public async Task CallAsync_NewClientOfTheSameAccount_GoesOnFromTheDaemonsTotal()
    {
        var signer = NewSigner();
        await Service(Connect(signer: signer)).CallAsync("add", Numbers);
        var again = Service(Connect(signer: signer));

        var second = await again.CallAsync("add", Numbers);

        (second.Receipt!.AmountBefore.Cogs, second.Receipt.AmountAfter.Cogs).ShouldBe((5, 10));
        (await again.Channels.ListAsync()).Count.ShouldBe(1);
    }

    [Test]
    public async Task CallAsync_TenInParallelOnOneChannel_AllSucceed()
    {
        var service = Service(Connect());

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => service.CallAsync("add", new JsonObject { ["a"] = i, ["b"] = 1 })));

        results.Select(r => r.Value["value"]!.GetValue<double>()).Order().ShouldBe(Enumerable.Range(1, 10).Select(i => (double)i));
        results.Select(r => r.Receipt!.AmountAfter.Cogs).Order().ShouldBe(Enumerable.Range(1, 10).Select(i => new System.Numerics.BigInteger(5 * i)));
        (await service.Channels.ListAsync()).Count.ShouldBe(1);
    }

    [Test]
    public async Task CallAsync_ServiceRefuses_TellsWhoSpokeAndNothingIsCharged()
    {
        var service = Service(Connect());
        await service.CallAsync("add", Numbers);

        foreach (var status in (int[])[9, 16, 3, 13])
        {
            var error = await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("fail", new JsonObject { ["a"] = status }));
            (error.StatusCode, error.Detail, error.Origin, error.MoneyMoved).ShouldBe((status, "the service says no", CallOrigin.Service, MoneyMoved.No));
        }

        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_TimeIsUp_SaysWhatBecameOfTheMoneyAndTheNextCallGoesOn()
    {
        var service = Service(Connect());
        await service.CallAsync("add", Numbers);

        var error = await Should.ThrowAsync<ServiceCallException>(
            () => service.CallAsync("wait", new JsonObject { ["a"] = 20_000 }, new ServiceCallOptions { Timeout = TimeSpan.FromMilliseconds(300) }));

        error.MoneyMoved.ShouldBeOneOf(MoneyMoved.Unknown, MoneyMoved.No); // the daemon may take it yet, unless it was the first to say that time is up
        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_CancelledByTheCaller_FreesTheChannelForTheNext()
    {
        var service = Service(Connect());
        await service.CallAsync("add", Numbers);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Should.ThrowAsync<OperationCanceledException>(() => service.CallAsync("wait", new JsonObject { ["a"] = 20_000 }, cancellationToken: cancel.Token));

        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CallAsync_OwnHeader_ReachesTheServiceAndItsTrailerComesBack()
    {
        var service = Service(Connect());
        var options = new ServiceCallOptions { Headers = new Dictionary<string, string> { ["x-echo"] = "x-mine", ["x-mine"] = "yes" } };

        var result = await service.CallAsync("add", Numbers, options);

        result.Headers["x-echoed"].ShouldBe("yes");
        await Should.ThrowAsync<ArgumentException>(() => service.CallAsync(
            "add", Numbers, new ServiceCallOptions { Headers = new Dictionary<string, string> { ["snet-payment-type"] = "x" } }));
        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CreatePaymentHandler_AnotherLibrarysCalls_ArePaidAndSettled()
    {
        var service = Service(Connect());
        using var handler = service.CreatePaymentHandler();
        using var channel = new GrpcChannel(Platform.Daemon, handler); // stands for any library on HttpClient
        var request = Google.Protobuf.MessageExtensions.ToByteArray(new global::Service.Numbers { A = 1, B = 2 });
        var refused = Google.Protobuf.MessageExtensions.ToByteArray(new global::Service.Numbers { A = 5 });

        for (var i = 0; i < 3; i++)
            global::Service.Result.Parser.ParseFrom((await channel.UnaryAsync("/service.Calculator/add", request, null, default)).Message.Span).Value.ShouldBe(3);
        await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/service.Calculator/fail", refused, null, default));
        await channel.UnaryAsync("/training.Daemon/get_training_metadata", ReadOnlyMemory<byte>.Empty, null, default);
        var own = await service.CallAsync("add", Numbers);

        own.Receipt!.AmountAfter.Cogs.ShouldBe(20);
    }

    [Test]
    public async Task GetMethodsAsync_SampleService_NamesPricesAndTrainableOnes()
    {
        var methods = await Service(Connect()).GetMethodsAsync();

        methods.Single(m => m.Name == "stt").ShouldBe(new ServiceMethod("stt", "ExampleService", "/service.ExampleService/stt", true, TokenAmount.FromCogs(5)));
        methods.Single(m => m.Name == "basic_stt").IsTrainable.ShouldBeFalse();
    }

    [Test]
    [Category("Sandbox")]
    public async Task CallAsync_WithAndWithoutModel_SampleServiceAnswersAsInTheGuide()
    {
        var service = Service(Connect());

        JsonObject basic = await service.CallAsync("basic_stt", new JsonObject());
        JsonObject with = await service.CallAsync("stt", new JsonObject(), new ServiceCallOptions { ModelId = "m-1" });

        basic["result"]!.GetValue<string>().ShouldBe("RESULT without pre-trained model");
        with["result"]!.GetValue<string>().ShouldBe("RESULT with model m-1");
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };
}
