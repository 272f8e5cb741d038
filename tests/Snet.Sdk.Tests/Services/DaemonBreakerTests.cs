using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Grpc;
using Snet.Sdk.Discovery;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Guides;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;
using Wire = global::Training;

namespace Snet.Sdk.Tests.Services;

/// <summary>The requests that end or wedge a daemon (protocol e.7), row by row: whatever a user hands over, the SDK sends none of them. It says what is wrong before anything is signed.</summary>
/// <remarks>Each test ends with the proof: the daemon, which would have noted any such request and taken no call after it, takes a paid call.</remarks>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class DaemonBreakerTests(SandboxDaemonVersion version) : DaemonBreakerTest(version)
{
    // Row: get_method_metadata with a model_id that does not exist.
    [Test]
    public async Task GetMethodMetadata_ModelThatDoesNotExist_TheDaemonIsAskedByNamesOnly()
    {
        await StartAsync();
        var deleted = await CreateAndDeleteAsync();
        foreach (var blank in Blanks)
        {
            await Should.ThrowAsync<ArgumentException>(() => Training.GetMethodMetadataForModelAsync(blank!));
            await Should.ThrowAsync<ArgumentException>(() => Training.GetMethodMetadataAsync(blank!));
            await Should.ThrowAsync<ArgumentException>(() => Training.CheckDatasetAsync(blank!, TestDatasets.Good()));
        }

        foreach (var nobody in Nobodys.Append(deleted))
        {
            await Should.ThrowAsync<NoSuchModelException>(() => Training.GetMethodMetadataForModelAsync(nobody));
            if (nobody is not ("stt" or "ExampleService/stt"))
            {
                await Should.ThrowAsync<WrongMethodException>(() => Training.GetMethodMetadataAsync(nobody));
                await Should.ThrowAsync<NoSuchModelException>(() => Training.CheckDatasetAsync(nobody, TestDatasets.Good()));
            }
        }

        (await Training.GetMethodMetadataForModelAsync(await CreateAsync())).ShouldBe(await Training.GetMethodMetadataAsync("stt"));
        foreach (var message in Sent.Of(Rpc + "get_method_metadata").SelectMany(request => request.Messages))
        {
            var asked = Wire.MethodMetadataRequest.Parser.ParseFrom(message);
            (asked.ModelId, asked.GrpcServiceName, asked.GrpcMethodName).ShouldBe(("", "ExampleService", "stt"));
        }

        await GoesOnAsync();
    }

    // Row: create_model with a good authorization and without model.
    [Test]
    public async Task CreateModel_WithoutMethodOrName_IsNotSent()
    {
        await StartAsync();
        foreach (var blank in Blanks)
        {
            await Should.ThrowAsync<ArgumentException>(() => Training.CreateModelAsync(blank!, "x"));
            await Should.ThrowAsync<ArgumentException>(() => Training.CreateModelAsync("stt", blank!));
        }

        foreach (var method in (string[])["nope", "STT", "add", "Calculator/stt", "stt/", "/ExampleService/stt"])
            await Should.ThrowAsync<WrongMethodException>(() => Training.CreateModelAsync(method, "x"));
        Sent.Of(Rpc + "create_model").ShouldBeEmpty();

        (await Training.CreateModelAsync("stt", new string('x', 10_000), new CreateModelOptions { Description = "\0\r\n", Addresses = [default, Stranger] })).ShouldNotBeNull();
        var sent = Wire.NewModelRequest.Parser.ParseFrom(Sent.Of(Rpc + "create_model").Single().Messages.Single());
        (sent.Authorization, sent.Model).ShouldSatisfyAllConditions(pair => pair.Item1.ShouldNotBeNull(), pair => pair.Item2.ShouldNotBeNull());
        await GoesOnAsync();
    }

    // Row: get_all_models with page * page_size above 2^63 - 1.
    [Test]
    public async Task GetAllModels_ManyModelsAndAnyFilter_PagesAreBounded()
    {
        await StartAsync();
        for (var i = 0; i < 101; i++)
            await Training.CreateModelAsync("stt", $"model {i}");

        (await Training.GetAllModelsAsync()).Count.ShouldBe(101);
        (await Training.GetAllModelsAsync(new ModelFilter { Statuses = [(ModelStatus)(-1), (ModelStatus)int.MaxValue], Name = new string('x', 10_000) })).ShouldBeEmpty();

        var pages = Sent.Of(Rpc + "get_all_models").SelectMany(request => request.Messages).Select(Wire.AllModelsRequest.Parser.ParseFrom).ToList();
        pages.Count.ShouldBe(3);
        pages.ShouldAllBe(page => page.PageSize > 0 && page.PageSize <= 1000 && page.Page <= 1);
        await GoesOnAsync();
    }

    // Row: a correctly paid training call whose snet-train-model-id names no existing model, an empty one included.
    [Test]
    public async Task PaidTrainingCall_ModelThatDoesNotExist_NothingIsSigned()
    {
        await StartAsync();
        var deleted = await CreateAndDeleteAsync();
        foreach (var blank in Blanks)
        {
            foreach (var step in PaidSteps(blank!))
                await Should.ThrowAsync<ArgumentException>(step);
        }

        foreach (var nobody in Nobodys)
        {
            foreach (var step in PaidSteps(nobody))
                (await Should.ThrowAsync<NoSuchModelException>(step)).MoneyMoved.ShouldBe(MoneyMoved.No);
        }

        await NothingIsSignedAsync();
        foreach (var step in PaidSteps(deleted)) // this one the daemon still keeps, and its provider decides
            await TryAsync(step);
        await GoesOnAsync();
    }

    // The same, by the ways that are not meant for training: the archive may bring training.proto along.
    [Test]
    public async Task ServiceCall_OfTheTrainingServices_IsNotSent()
    {
        await StartAsync();
        await PublishProtosAsync("service.proto", "training.proto");
        foreach (var step in (string[])["train_model", "validate_model", "upload_and_validate", "create_model", "get_all_models", "get_method_metadata"])
        {
            foreach (var name in (string[])[step, "Daemon/" + step, "training.Daemon/" + step, "/training.Daemon/" + step, "Model/" + step])
                (await Should.ThrowAsync<WrongMethodException>(() => Service.CallAsync(name, []))).MoneyMoved.ShouldBe(MoneyMoved.No);
        }

        Sent.All.ShouldBeEmpty();
        using var handler = Service.CreatePaymentHandler(new SocketsHttpHandler());
        using var channel = new GrpcChannel(Sandbox.Platform.Daemon, handler);
        foreach (var step in (string[])["train_model", "validate_model", "upload_and_validate"])
            await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync(Rpc + step, Array.Empty<byte>(), null, CancellationToken.None)); // passes through, unpaid
        await NothingIsSignedAsync();
        await GoesOnAsync();
    }

    // Row: the same while training is switched off.
    [TestCase(true)]
    [TestCase(false)]
    public async Task PaidTrainingCall_TrainingIsSwitchedOff_NothingIsSigned(bool meanwhile)
    {
        await StartAsync();
        var model = await CreateAsync();
        await using var off = await StartSandboxAsync(new JsonObject { ["model_training_enabled"] = false });
        using var daemon = new SwitchingHandler { Endpoint = meanwhile ? Sandbox.Platform.Daemon : off.Platform.Daemon };
        await using var snet = Sandbox.Connect(options => options.DaemonHttpHandler = daemon);
        await using var service = snet.Service(Sandbox);
        if (meanwhile)
            (await service.Training.GetAllModelsAsync()).ShouldNotBeEmpty(); // the client knows by now that the service trains
        daemon.Endpoint = off.Platform.Daemon;

        foreach (var step in Nobodys.Append(model).SelectMany(id => PaidSteps(id, service.Training)))
            (await Should.ThrowAsync<NoTrainingException>(step)).MoneyMoved.ShouldBe(MoneyMoved.No);

        (await snet.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
        (await service.Channels.ListAsync()).ShouldBeEmpty();
        off.Daemon.Violations.ShouldBeEmpty();
    }

    // The same, of a service that names its prices itself: its daemon takes the first message for the price, and the upload has no other (protocol f.6).
    [Test]
    public async Task Upload_ServiceNamesItsPrices_IsRefusedAndALinkIsTheWay()
    {
        await StartAsync(new JsonObject { ["enable_dynamic_pricing"] = true });
        await PublishDynamicPricesAsync();
        var model = await CreateAsync();

        var error = await Should.ThrowAsync<UploadNotSupportedException>(() => Training.UploadAndValidateAsync(model, TestDatasets.Good(), ValidatePrice));

        (error.MoneyMoved, error.Message.Contains(nameof(TrainingClient.ValidateModelAsync), StringComparison.Ordinal)).ShouldBe((MoneyMoved.No, true));
        await NothingIsSignedAsync();
        (await Training.ValidateModelAsync(model, Link, ValidatePrice)).ShouldBe(ModelStatus.Validating);
        await GoesOnAsync(paidBefore: 7);
    }

    // Row: any stream call with prepaid headers, or an escrow call, to a method with a dynamic price while the service is not reachable.
    [TestCase(PaymentMode.Escrow)]
    [TestCase(PaymentMode.Prepaid)]
    public async Task ServiceCall_DynamicPriceAndServiceIsGone_NothingIsSigned(PaymentMode mode)
    {
        await StartAsync(
            new JsonObject { ["enable_dynamic_pricing"] = true, ["service_endpoint"] = "http://127.0.0.1:9" }, dynamicPricing: true, change: options => options.PaymentMode = mode);
        await PublishDynamicPricesAsync();

        (await Should.ThrowAsync<ServiceUnavailableException>(() => Service.CallAsync("work", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);
        using var handler = Service.CreatePaymentHandler(new SocketsHttpHandler());
        using var channel = new GrpcChannel(Sandbox.Platform.Daemon, handler);
        await Should.ThrowAsync<Exception>(() => channel.UnaryAsync("/service.Priced/work", Array.Empty<byte>(), null, CancellationToken.None));

        await NothingIsSignedAsync();
        Sandbox.Daemon.Violations.ShouldBeEmpty();
    }

    // The same with the service there: it is paid when its price is the published one.
    [Test]
    public async Task ServiceCall_DynamicPriceAndServiceIsThere_IsPaidOrSaysThePrice()
    {
        await StartAsync(new JsonObject { ["enable_dynamic_pricing"] = true }, dynamicPricing: true);
        await PublishDynamicPricesAsync();

        (await Service.CallAsync("work", new JsonObject { ["a"] = 2, ["b"] = 3 })).Paid.Cogs.ShouldBe(5);
        var error = await Should.ThrowAsync<PriceChangedException>(() => Service.CallAsync("work", new JsonObject { ["a"] = 3, ["b"] = 3 }));

        (error.Agreed.Cogs, error.Current.Cogs).ShouldBe((5, 6));
        await GoesOnAsync(paidBefore: 5);
    }

    // Row: an escrow call to a service whose default fixed_price has no price_in_cogs.
    [TestCase("""{"default": true, "price_model": "fixed_price"}""")]
    [TestCase("""{"default": true, "price_model": "fixed_price", "price_in_cogs": null}""")]
    [TestCase("""{"default": true, "price_model": "fixed_price", "price_in_cogs": -1}""")]
    [TestCase("""{"price_model": "fixed_price", "price_in_cogs": 5}""")]
    [TestCase("""{"default": true, "price_model": "fixed_price_per_method", "details": []}""")]
    public async Task ServiceCall_NoPricePublished_NothingIsSigned(string pricing)
    {
        await StartAsync();
        await Sandbox.PublishAsync(service => service["groups"]![0]!["pricing"] = new JsonArray(JsonNode.Parse(pricing)));

        (await Should.ThrowAsync<MetadataException>(() => Service.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);

        await NothingIsSignedAsync();
        Sandbox.Daemon.Violations.ShouldBeEmpty();
    }

    // Beside the rows: numbers as plain decimals and addresses with 0x, wherever the client runs.
    [TestCase("fa-IR")]
    [TestCase("sv-SE")]
    [TestCase("de-CH")]
    [NonParallelizable]
    public async Task AnyCall_InAnyCulture_NumbersArePlainAndAddressesComplete(string culture)
    {
        var price = BigInteger.Pow(10, 30);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo(culture) { NumberFormat = { NegativeSign = "~", NumberGroupSizes = [3] } };
        try
        {
            await StartAsync(group: new JsonObject { ["pricing"] = JsonNode.Parse($$"""[{"default": true, "price_model": "fixed_price", "price_in_cogs": {{price.ToString(CultureInfo.InvariantCulture)}}}]""") });
            Sandbox.Chain.Fund(Client.Account.Address, price * 100, BigInteger.Pow(10, 19));

            (await Service.CallAsync("add", Numbers)).Paid.Cogs.ShouldBe(price);
            await Training.CreateModelAsync("stt", "x", new CreateModelOptions { Addresses = [Stranger] });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        var headers = Sent.Paid.Single().Headers;
        headers["snet-payment-channel-amount"].ShouldBe("1" + new string('0', 30));
        headers["snet-payment-channel-id"].ShouldBe("0");
        headers["snet-payment-channel-nonce"].ShouldBe("0");
        var sent = Wire.NewModelRequest.Parser.ParseFrom(Sent.Of(Rpc + "create_model").Single().Messages.Single());
        sent.Model.AddressList.Append(sent.Authorization.SignerAddress).ShouldAllBe(address => address.StartsWith("0x", StringComparison.Ordinal) && address.Length == 42);
    }

    private sealed class SwitchingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public required Uri Endpoint { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(Endpoint, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
