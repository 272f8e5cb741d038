using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Ethereum;
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
[Category("Sandbox")]
public sealed class DaemonBreakerTests(SandboxDaemonVersion version)
{
    private const string Rpc = "/training.Daemon/", Upload = Rpc + "upload_and_validate";
    private static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7), TrainPrice = TokenAmount.FromCogs(11);
    private static readonly Uri Link = new("https://data.example/set.zip");

    private static readonly string?[] Blanks = [null, "", " ", "\t\n"];
    private static readonly string[] Nobodys =
    [
        "nope", "stt", "ExampleService/stt", "0", "00000000-0000-0000-0000-000000000000", " padded ", "a\r\nb", "nul\0", "модель", "\ud800", "../1", "%00", new('x', 10_000),
    ];

    private SnetSandbox _sandbox = null!;
    private WireLog _wire = null!;
    private SnetClient _snet = null!;
    private ServiceClient _service = null!;

    private TrainingClient Training => _service.Training;

    private bool TakesUploads => version != SandboxDaemonVersion.V6_2;

    [TearDown]
    public async Task StopAsync()
    {
        if (_sandbox is null)
            return; // left out on this release before anything was started
        await _service.DisposeAsync();
        await _snet.DisposeAsync();
        _wire.Dispose();
        await _sandbox.DisposeAsync(); // which throws when a violation was noted
    }

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
        foreach (var message in _wire.Of(Rpc + "get_method_metadata").SelectMany(request => request.Messages))
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
        _wire.Of(Rpc + "create_model").ShouldBeEmpty();

        (await Training.CreateModelAsync("stt", new string('x', 10_000), new CreateModelOptions { Description = "\0\r\n", Addresses = [default, Stranger] })).ShouldNotBeNull();
        var sent = Wire.NewModelRequest.Parser.ParseFrom(_wire.Of(Rpc + "create_model").Single().Messages.Single());
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

        var pages = _wire.Of(Rpc + "get_all_models").SelectMany(request => request.Messages).Select(Wire.AllModelsRequest.Parser.ParseFrom).ToList();
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
                (await Should.ThrowAsync<WrongMethodException>(() => _service.CallAsync(name, []))).MoneyMoved.ShouldBe(MoneyMoved.No);
        }

        _wire.All.ShouldBeEmpty();
        using var handler = _service.CreatePaymentHandler(new SocketsHttpHandler());
        using var channel = new GrpcChannel(_sandbox.Platform.Daemon, handler);
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
        using var daemon = new SwitchingHandler { Endpoint = meanwhile ? _sandbox.Platform.Daemon : off.Platform.Daemon };
        await using var snet = _sandbox.Connect(options => options.DaemonHttpHandler = daemon);
        await using var service = snet.Service(_sandbox);
        if (meanwhile)
            (await service.Training.GetAllModelsAsync()).ShouldNotBeEmpty(); // the client knows by now that the service trains
        daemon.Endpoint = off.Platform.Daemon;

        foreach (var step in Nobodys.Append(model).SelectMany(id => PaidSteps(id, service.Training)))
            (await Should.ThrowAsync<NoTrainingException>(step)).MoneyMoved.ShouldBe(MoneyMoved.No);

        (await snet.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
        (await service.Channels.ListAsync()).ShouldBeEmpty();
        off.Daemon.Violations.ShouldBeEmpty();
    }

    // Row: upload_and_validate message without upload_input.
    [Test]
    public async Task Upload_WholeOrCancelled_EachMessageHasAuthorizationAndInput()
    {
        if (!TakesUploads)
            return;
        using var cancel = new CancellationTokenSource();
        var dataset = new PacedDataset(parts: 10, (part, _) => part == 5 ? cancel.CancelAsync() : Task.CompletedTask);
        await StartAsync(inner: dataset);
        var model = await CreateAsync();

        await Training.UploadAndValidateAsync(model, TestDatasets.Good(), ValidatePrice);
        var whole = _wire.Of(Upload).Single().Messages.Select(Wire.UploadAndValidateRequest.Parser.ParseFrom).ToList();
        whole.ShouldNotBeEmpty();
        whole.ShouldAllBe(message => message.Authorization != null && message.UploadInput.ModelId == model);

        (await CancelledAsync(() => Training.UploadAndValidateAsync(model, dataset.Source, ValidatePrice, InParts, cancel.Token))).MoneyMoved.ShouldBe(MoneyMoved.No);
        var half = _wire.Of(Upload).Last().Messages.Select(Wire.UploadAndValidateRequest.Parser.ParseFrom).ToList();
        half.Count.ShouldBeLessThan(10);
        half.ShouldAllBe(message => message.UploadInput != null);
        await GoesOnAsync(paidBefore: 7);
    }

    // Row: upload_and_validate without any message, payment good.
    [Test]
    public async Task Upload_EmptyDataset_NothingIsSigned()
    {
        if (!TakesUploads)
            return;
        await StartAsync();
        var model = await CreateAsync();
        using var folder = new Training.Datasets.TemporaryFolder();
        var file = Path.Combine(folder.Path, "empty.zip");
        await File.WriteAllBytesAsync(file, []);
        Directory.CreateDirectory(Path.Combine(folder.Path, "nothing"));

        foreach (var dataset in (DatasetSource[])
        [
            DatasetSource.FromStream(new MemoryStream(), "empty.zip"), DatasetSource.FromStream(() => new MemoryStream(), "empty.zip"), DatasetSource.FromFile(file),
            TestDatasets.Zip(), DatasetSource.FromFolder(Path.Combine(folder.Path, "nothing")), DatasetSource.FromStream(() => new MemoryStream(), "empty"),
        ])
            (await Should.ThrowAsync<WrongDatasetException>(() => Training.UploadAndValidateAsync(model, dataset, ValidatePrice))).MoneyMoved.ShouldBe(MoneyMoved.No);

        await NothingIsSignedAsync();
        await GoesOnAsync();
    }

    // The same, of a dataset that cannot be read any more once the upload has begun.
    [Test]
    public async Task Upload_DatasetIsGoneBeforeTheFirstPart_IsNotCharged()
    {
        if (!TakesUploads)
            return;
        var dataset = new PacedDataset(parts: 3, (_, _) => throw new IOException("the disk is gone"));
        await StartAsync(inner: dataset);

        var error = await Should.ThrowAsync<UploadFailedException>(async () => await Training.UploadAndValidateAsync(await CreateAsync(), dataset.Source, ValidatePrice, InParts));

        (error.MoneyMoved, error.SentBytes).ShouldBe((MoneyMoved.No, 0));
        await GoesOnAsync();
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

    // Row: upload_and_validate message above the limit.
    [Test]
    public async Task Upload_LargeDatasetAndSmallLimit_EveryMessageIsBelowTheLimit()
    {
        if (!TakesUploads)
            return;
        await StartAsync(new JsonObject { ["max_message_size_in_mb"] = 1 });
        var dataset = new PacedDataset(parts: 160, (_, _) => Task.CompletedTask); // 5 MB, and too much for one message of any daemon

        await Training.UploadAndValidateAsync(await CreateAsync(), dataset.Source, ValidatePrice);

        var messages = _wire.Of(Upload).Single().Messages;
        messages.Sum(message => message.Length).ShouldBeGreaterThan(dataset.Archive.Length);
        messages.ShouldAllBe(message => message.Length <= 1024 * 1024);
        await GoesOnAsync(paidBefore: 7);
    }

    // Row: upload_and_validate cancelled by the client, or its connection lost. A deadline would do the same.
    [Test]
    public async Task Upload_ThatTakesLong_HasNoDeadline()
    {
        if (!TakesUploads)
            return;
        var dataset = new PacedDataset(parts: 3, (_, cancellationToken) => Task.Delay(150, cancellationToken)); // longer than any other call may take
        await StartAsync(inner: dataset, change: options => (options.CallTimeout, options.AttemptTimeout) = (TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(5)));

        await Training.UploadAndValidateAsync(await CreateAsync(), dataset.Source, ValidatePrice, InParts);

        _wire.Of(Upload).Single().Headers.Keys.ShouldNotContain("grpc-timeout");
        await GoesOnAsync(paidBefore: 7);
    }

    // Rows: the same, and a cancel that ends the sending side first: it would count as a whole upload, or, before the first message, end the process.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(6)]
    public async Task Upload_CancelledAtAPart_IsNeitherChargedNorTakenForWhole(int part)
    {
        if (!TakesUploads)
            return;
        using var cancel = new CancellationTokenSource();
        var dataset = new PacedDataset(parts: 10, (number, _) => number == part ? cancel.CancelAsync() : Task.CompletedTask);
        await StartAsync(inner: dataset);
        var model = await CreateAsync();

        (await CancelledAsync(() => Training.UploadAndValidateAsync(model, dataset.Source, ValidatePrice, InParts, cancel.Token))).MoneyMoved.ShouldBe(MoneyMoved.No);

        // 5.2 has the upload ended by a part that it refuses, since any reset locks the channel for good there; the others have it reset.
        foreach (var upload in _sandbox.Provider.Describe(model)!["uploads"]!.AsArray())
            (upload!["end"]!.GetValue<bool>(), upload["size"]!.GetValue<long>() < dataset.Archive.Length).ShouldBe((version == SandboxDaemonVersion.V5_2, true));
        await GoesOnAsync();
    }

    // Row: any stream call with prepaid headers, or an escrow call, to a method with a dynamic price while the service is not reachable.
    [TestCase(PaymentMode.Escrow)]
    [TestCase(PaymentMode.Prepaid)]
    public async Task ServiceCall_DynamicPriceAndServiceIsGone_NothingIsSigned(PaymentMode mode)
    {
        await StartAsync(
            new JsonObject { ["enable_dynamic_pricing"] = true, ["service_endpoint"] = "http://127.0.0.1:9" }, dynamicPricing: true, change: options => options.PaymentMode = mode);
        await PublishDynamicPricesAsync();

        (await Should.ThrowAsync<ServiceUnavailableException>(() => _service.CallAsync("work", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);
        using var handler = _service.CreatePaymentHandler(new SocketsHttpHandler());
        using var channel = new GrpcChannel(_sandbox.Platform.Daemon, handler);
        await Should.ThrowAsync<Exception>(() => channel.UnaryAsync("/service.Priced/work", Array.Empty<byte>(), null, CancellationToken.None));

        await NothingIsSignedAsync();
        _sandbox.Daemon.Violations.ShouldBeEmpty();
    }

    // The same with the service there: it is paid when its price is the published one.
    [Test]
    public async Task ServiceCall_DynamicPriceAndServiceIsThere_IsPaidOrSaysThePrice()
    {
        await StartAsync(new JsonObject { ["enable_dynamic_pricing"] = true }, dynamicPricing: true);
        await PublishDynamicPricesAsync();

        (await _service.CallAsync("work", new JsonObject { ["a"] = 2, ["b"] = 3 })).Paid.Cogs.ShouldBe(5);
        var error = await Should.ThrowAsync<PriceChangedException>(() => _service.CallAsync("work", new JsonObject { ["a"] = 3, ["b"] = 3 }));

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
        await _sandbox.PublishAsync(service => service["groups"]![0]!["pricing"] = new JsonArray(JsonNode.Parse(pricing)));

        (await Should.ThrowAsync<MetadataException>(() => _service.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);

        await NothingIsSignedAsync();
        _sandbox.Daemon.Violations.ShouldBeEmpty();
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
            _sandbox.Chain.Fund(_snet.Account.Address, price * 100, BigInteger.Pow(10, 19));

            (await _service.CallAsync("add", Numbers)).Paid.Cogs.ShouldBe(price);
            await Training.CreateModelAsync("stt", "x", new CreateModelOptions { Addresses = [Stranger] });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        var headers = _wire.Paid.Single().Headers;
        headers["snet-payment-channel-amount"].ShouldBe("1" + new string('0', 30));
        headers["snet-payment-channel-id"].ShouldBe("0");
        headers["snet-payment-channel-nonce"].ShouldBe("0");
        var sent = Wire.NewModelRequest.Parser.ParseFrom(_wire.Of(Rpc + "create_model").Single().Messages.Single());
        sent.Model.AddressList.Append(sent.Authorization.SignerAddress).ShouldAllBe(address => address.StartsWith("0x", StringComparison.Ordinal) && address.Length == 42);
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    private static EthereumAddress Stranger => EthereumAddress.Parse("0x00000000000000000000000000000000000000aa");

    private static UploadOptions InParts => new() { PartSize = PacedDataset.PartSize };

    private IEnumerable<Func<Task>> PaidSteps(string model, TrainingClient? client = null)
    {
        var training = client ?? Training;
        return
        [
            () => training.UploadAndValidateAsync(model, TestDatasets.Good(), ValidatePrice),
            () => training.ValidateModelAsync(model, Link, ValidatePrice),
            () => training.TrainModelAsync(model, TrainPrice),
            () => training.ValidateModelAsync(model, Link, options: new TrainOptions { MaxPrice = ValidatePrice }),
            () => training.TrainModelAsync(model, options: new TrainOptions { MaxPrice = TrainPrice }),
        ];
    }

    private Task<SnetSandbox> StartSandboxAsync(JsonObject? config = null, bool dynamicPricing = false, JsonObject? group = null) => SnetSandbox.StartAsync(new SandboxOptions
    {
        DaemonVersion = version, DaemonConfig = config ?? [], DynamicPricing = dynamicPricing, Group = group,
    });

    private async Task StartAsync(
        JsonObject? config = null, bool dynamicPricing = false, JsonObject? group = null, HttpMessageHandler? inner = null, Action<SnetClientOptions>? change = null)
    {
        _sandbox = await StartSandboxAsync(config, dynamicPricing, group);
        _wire = new WireLog(inner);
        _snet = _sandbox.Connect(options =>
        {
            (options.DaemonHttpHandler, options.PaymentMode) = (_wire, PaymentMode.Escrow);
            change?.Invoke(options);
        });
        _service = _snet.Service(_sandbox);
    }

    private async Task<string> CreateAsync() => (await Training.CreateModelAsync("stt", "a model")).Id;

    private async Task<string> CreateAndDeleteAsync()
    {
        var model = await CreateAsync();
        await Training.DeleteModelAsync(model);
        return model;
    }

    private async Task NothingIsSignedAsync()
    {
        (await _snet.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
        (await _service.Channels.ListAsync()).ShouldBeEmpty();
        _wire.Paid.ShouldBeEmpty();
    }

    private async Task GoesOnAsync(int? paidBefore = null)
    {
        _sandbox.Daemon.Violations.ShouldBeEmpty();
        var receipt = (await _service.CallAsync("add", Numbers)).Receipt!;
        if (paidBefore is { } cogs)
            receipt.AmountAfter.Cogs.ShouldBe(cogs + 5);
        var receipts = await _snet.Account.ListReceiptsAsync().ToListAsync();
        _sandbox.Daemon.GetSignedTotal(receipt.ChannelId).ShouldBe(receipts.Aggregate(TokenAmount.Zero, (sum, one) => sum + one.Paid).Cogs);
    }

    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (SnetException e)
        {
            e.MoneyMoved.ShouldBe(MoneyMoved.No);
        }
    }

    // As a caller catches it: Should.ThrowAsync puts an exception of its own in the place of any that says cancelled.
    private static async Task<PaidStepCanceledException> CancelledAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException e)
        {
            return e.ShouldBeOfType<PaidStepCanceledException>();
        }

        throw new AssertionException("It was not cancelled.");
    }

    // The daemon goes on with the archive of its start, which lacks pricing.proto; a client needs it.
    private Task PublishDynamicPricesAsync() => PublishProtosAsync("priced.proto", "pricing.proto", "service.proto");

    private Task PublishProtosAsync(params string[] files)
    {
        using var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var name in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = Resource(name) });
        }

        var id = _sandbox.Storage.Add(archive.ToArray());
        return _sandbox.PublishAsync(service => (service["model_ipfs_hash"], service["service_api_source"]) = (id, "ipfs://" + id));
    }

    private static Stream Resource(string name) =>
        typeof(SnetSandbox).Assembly.GetManifestResourceStream(name) ?? typeof(GrpcChannel).Assembly.GetManifestResourceStream(name)!;

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
