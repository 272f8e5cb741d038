using System.IO.Compression;
using System.Text.Json.Nodes;
using Google.Protobuf;
using NSubstitute;
using Service;
using Snet.Ethereum;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Docs;

/// <summary>The code of README and docs, compiled; what can run offline runs.</summary>
public sealed class Snippets
{
    [Test]
    public async Task SandboxCall_FromTheReadme_Works()
    {
        // snippet SandboxCall
        await using var sandbox = await SnetSandbox.StartAsync();
        await using var snet = new SnetClient(SnetClientOptions.FromPlatform(sandbox.Platform));
        await using var calculator = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        CallResult<JsonObject> sum = await calculator.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });
        Console.WriteLine($"{sum.Value["value"]}, paid {sum.Paid}");
        // end
        sum.Value["value"]!.GetValue<double>().ShouldBe(3);
    }

    // Compiled, not run: it names a public network.
    internal static async Task<string> PipelineAsync(byte[] speech)
    {
        // snippet Pipeline
        await using var snet = new SnetClient(new SnetClientOptions
        {
            Network = SnetNetwork.Sepolia,
            RpcEndpoints = [new Uri("https://sepolia.example/v3/your-key")],
            Signer = PrivateKeySigner.FromEnvironment(), // SNET_PRIVATE_KEY
            Spending = new SpendingPolicy { MaxPerCall = TokenAmount.FromTokens(1m) },
        });
        await using ServiceClient service = snet.GetServiceClient("org", "service");

        SnetModel model = await service.Training.CreateModelAsync("stt", "my model");

        TokenAmount validatePrice = await service.Training.ValidateModelPriceAsync(model.Id);
        await service.Training.UploadAndValidateAsync(model.Id, "dataset.zip", validatePrice);
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated);

        TokenAmount trainPrice = await service.Training.TrainModelPriceAsync(model.Id);
        await service.Training.TrainModelAsync(model.Id, trainPrice);
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse);

        JsonObject reply = await service.CallAsync(
            "stt", new JsonObject { ["speech"] = Convert.ToBase64String(speech) }, new ServiceCallOptions { ModelId = model.Id });
        // end
        await TypedAsync(service, model, speech);
        await ErrorsAsync(service, model, validatePrice);
        return reply.ToJsonString();
    }

    private static async Task<string> TypedAsync(ServiceClient service, SnetModel model, byte[] speech)
    {
        // snippet TypedCall
        SttResp typed = await service.CallAsync<SttInput, SttResp>(
            "stt", new SttInput { Speech = ByteString.CopyFrom(speech) }, new ServiceCallOptions { ModelId = model.Id });
        // end
        return typed.Result;
    }

    private static async Task ErrorsAsync(ServiceClient service, SnetModel model, TokenAmount validatePrice)
    {
        // snippet Errors
        try
        {
            await service.Training.UploadAndValidateAsync(model.Id, "dataset.zip", validatePrice);
        }
        catch (WrongDatasetException e)
        {
            foreach (string error in e.Errors)
                Console.WriteLine(error);
        }
        catch (SnetException e) when (e.IsTransient)
        {
            Console.WriteLine($"Try again later ({e.Code}, money moved: {e.MoneyMoved}).");
        }
        // end
    }

    [Test]
    public async Task TrainingGuide_OnTheSandbox_Works()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        sandbox.Provider.ValidationTime = sandbox.Provider.TrainingTime = TimeSpan.FromMilliseconds(50);
        await using var snet = new SnetClient(SnetClientOptions.FromPlatform(sandbox.Platform));
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);
        var colleague = EthereumAddress.Parse("0x00000000000000000000000000000000000000aa");

        await FindAsync(service);
        using var data = new TrainingFolder();
        await CheckAsync(service, data.Path);
        await BuildAsync(service, data.Path);
        await ReadAsync(service, data.Path);
        var model = await CreateAsync(service, colleague);
        await UploadAsync(service, model, DatasetSource.FromFolder(data.Path));
        model = await LinkAsync(service, model, new Uri("https://data.example/digits.zip"));
        (await TrainAsync(service, model)).Status.ShouldBe(ModelStatus.ReadyToUse);
        await UseAsync(service);
        (await ShareAsync(service, model, colleague)).Addresses.ShouldContain(colleague);
    }

    private static async Task FindAsync(ServiceClient service)
    {
        // snippet FindTrainable
        if (!await service.Training.IsAvailableAsync())
            return;

        TrainingMetadata training = await service.Training.GetTrainingMetadataAsync();
        foreach (var (name, methods) in training.TrainingMethods)
            Console.WriteLine($"{name}: {string.Join(", ", methods)}");
        Console.WriteLine(await service.Training.GetMethodMetadataAsync("stt")); // limits, file types, the provider's own words
        // end
    }

    private static async Task CheckAsync(ServiceClient service, string folder)
    {
        // snippet CheckDataset
        DatasetSource dataset = DatasetSource.FromFolder(folder); // packed as the method wants it; also FromFile, FromStream
        DatasetReport report = await service.Training.CheckDatasetAsync("stt", dataset);
        Console.WriteLine(report);
        // end
        report.IsValid.ShouldBeTrue();
    }

    private static async Task BuildAsync(ServiceClient service, string folder)
    {
        using var work = new TrainingFolder();
        var (labels, target) = (Path.Combine(work.Path, "labels"), Path.Combine(work.Path, "dataset"));
        await File.WriteAllTextAsync(labels, "one,two");
        static MemoryStream OpenNotes() => new("by hand"u8.ToArray());

        // snippet BuildDataset
        MethodMetadata rules = await service.Training.GetMethodMetadataAsync("stt");
        BuiltDataset built = await new DatasetBuilder()
            .AddFolder(folder)                                // all that is in it; what operating systems leave behind stays out
            .AddFile(labels, "labels/digits.txt")             // one file, under the name it gets in the archive
            .AddStream(() => OpenNotes(), "notes.txt")        // opened when its turn comes
            .BuildAsync(target, rules);                       // "dataset.zip", or "dataset": then of a kind that the method allows

        await File.WriteAllTextAsync(built.Path + ".json", built.ToManifest());
        foreach (DatasetFile file in built.Files)
            Console.WriteLine($"{file.Sha256}  {file.Name}");
        // end
        built.Files.Select(file => file.Name).ShouldContain("labels/digits.txt");
        built.Path.ShouldEndWith("dataset.zip");
    }

    private static async Task ReadAsync(ServiceClient service, string folder)
    {
        var path = Path.Combine(folder, "data.gz");
        await using (var gzip = new GZipStream(File.Create(path), CompressionMode.Compress))
            await gzip.WriteAsync("some words"u8.ToArray());

        // snippet WithReader
        DatasetSource dataset = DatasetSource.FromFile(path).WithReaders(new GzipReader());
        DatasetReport report = await service.Training.CheckDatasetAsync("stt", dataset);
        // end
        File.Delete(path);
        (report.Kind, report.FileCount, report.UnpackedSize).ShouldBe(("gz", 1, 10));
        report.Errors.Select(error => error.Rule).ShouldNotContain("file-type");
    }

    // snippet DatasetReader
    sealed class GzipReader : IDatasetReader // one file, packed with gzip
    {
        public string Kind => "gz";

        public bool CanRead(string fileName, ReadOnlySpan<byte> firstBytes) => firstBytes is [0x1F, 0x8B, ..];

        public IAsyncEnumerable<DatasetEntry> ReadAsync(Stream archive, CancellationToken cancellationToken = default)
        {
            DatasetEntry[] entries =
                [new DatasetEntry("data.txt", size: -1, () => new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true))];
            return entries.ToAsyncEnumerable();
        }
    }
    // end

    private static async Task<SnetModel> CreateAsync(ServiceClient service, EthereumAddress colleague)
    {
        // snippet CreateModel
        SnetModel model = await service.Training.CreateModelAsync("stt", "digits", new CreateModelOptions
        {
            Description = "Ten digits, drawn with strokes",
            Addresses = [colleague], // may use it beside you; IsPublic = true is for everybody, and for good
        });
        // end
        return model;
    }

    private static async Task UploadAsync(ServiceClient service, SnetModel model, DatasetSource dataset)
    {
        // snippet UploadDataset
        TokenAmount price = await service.Training.ValidateModelPriceAsync(model.Id);
        var progress = new Progress<UploadProgress>(p => Console.WriteLine($"{p.SentBytes} of {p.TotalBytes} bytes"));
        await service.Training.UploadAndValidateAsync(model.Id, dataset, price, new UploadOptions { Progress = progress });
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated);
        // end
    }

    private static async Task<SnetModel> LinkAsync(ServiceClient service, SnetModel model, Uri link)
    {
        // snippet LinkDataset
        TokenAmount price = await service.Training.ValidateModelPriceAsync(model.Id, link); // may depend on the data
        await service.Training.ValidateModelAsync(model.Id, link, price);
        model = await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated);
        // end
        return model;
    }

    private static async Task<SnetModel> TrainAsync(ServiceClient service, SnetModel model)
    {
        // snippet TrainModel
        var limit = new TrainOptions { MaxPrice = TokenAmount.FromTokens(0.5m) }; // instead of a price that was asked before
        await service.Training.TrainModelAsync(model.Id, options: limit);
        model = await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, new WaitOptions
        {
            Timeout = TimeSpan.FromHours(2),
            PollInterval = TimeSpan.FromSeconds(5),
            Progress = new Progress<SnetModel>(m => Console.WriteLine(m.Status)),
        });
        // end
        return model;
    }

    private static async Task UseAsync(ServiceClient service)
    {
        // snippet UseModel
        var ready = await service.Training.GetAllModelsAsync(new ModelFilter { Statuses = [ModelStatus.ReadyToUse], MethodName = "stt" });
        foreach (SnetModel model in ready)
        {
            JsonObject answer = await service.CallAsync("stt", [], new ServiceCallOptions { ModelId = model.Id });
            Console.WriteLine($"{model.Name}: {answer["result"]}");
        }
        // end
    }

    private static async Task<SnetModel> ShareAsync(ServiceClient service, SnetModel model, EthereumAddress colleague)
    {
        // snippet ShareModel
        model = await service.Training.UpdateModelAsync(model.Id, new ModelUpdate
        {
            Description = "Second round of data",
            Addresses = [.. model.Addresses, colleague], // the whole list; you stay in it by yourself
        });
        ModelStatus status = await service.Training.DeleteModelAsync(model.Id);
        // end
        status.ShouldBe(ModelStatus.Deleted);
        return model;
    }

    [Test]
    public void AccountsGuide_Keys_Work()
    {
        const string Words = "test test test test test test test test test test test junk";
        using var folder = new Training.Datasets.TemporaryFolder();
        var path = folder["key.json"];
        // snippet Keys
        using var created = PrivateKeySigner.CreateRandom(); // a new account
        created.SaveKeystore(path, "a long password"); // encrypted; only you may read the file

        using var opened = PrivateKeySigner.FromKeystore(path, "a long password");
        using var second = PrivateKeySigner.FromMnemonic(Words, index: 1); // the second account of a wallet
        // end
        opened.Address.ShouldBe(created.Address);
        second.Address.ToString().ShouldBe("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    }

    [Test]
    public async Task PaymentsGuide_OnTheSandbox_Works()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        // snippet Funding
        SnetClientOptions options = SnetClientOptions.FromPlatform(sandbox.Platform);
        options.Spending = new SpendingPolicy { MaxPerCall = TokenAmount.FromTokens(0.1m) };
        options.Funding = new ChannelFunding { CallsAhead = 100, ExtraBlocks = 7_200, DepositFromWallet = true };
        // end
        await using var snet = new SnetClient(options);
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        await ByHandAsync(snet, service);
        await PlanAsync(service);
        await service.CallAsync("add", new JsonObject { ["a"] = 1 });
        await ReceiptsAsync(snet);
        sandbox.Chain.Mine(100_000);
        await ReclaimAsync(snet);
        (await snet.Account.GetBalanceAsync()).Wallet.ShouldBe(TokenAmount.FromTokens(1000));
    }

    [Test]
    public async Task SpendingGuide_OnTheSandbox_Works()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        var folder = Directory.CreateTempSubdirectory("snet-test-");
        var options = SnetClientOptions.FromPlatform(sandbox.Platform);
        // snippet Limits
        options.DataDirectory = "/var/lib/my-app/snet"; // limits over time and receipts survive a restart
        options.Spending = new SpendingPolicy
        {
            MaxPerCall = TokenAmount.FromTokens(0.5m),
            MaxPerModel = TokenAmount.FromTokens(20),
            MaxPerDay = TokenAmount.FromTokens(10),
            MaxTotal = TokenAmount.FromTokens(200),
        };
        // end
        (options.DataDirectory, options.PaymentMode) = (folder.FullName, PaymentMode.Escrow);
        // snippet Approval
        options.Spending = new SpendingPolicy
        {
            MaxPerDay = TokenAmount.FromTokens(10),
            Approval = async (PaymentRequest request, CancellationToken cancellationToken) =>
                request.Price <= TokenAmount.FromTokens(0.01m) || await AskAsync(request, cancellationToken),
        };
        // end
        await using (var snet = new SnetClient(options))
        await using (var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId))
        {
            await service.CallAsync("add", new JsonObject { ["a"] = 1 });
            // snippet SpentToday
            TokenAmount spent = TokenAmount.Zero;
            await foreach (PaymentReceipt receipt in snet.Account.ListReceiptsAsync())
            {
                if (receipt.Time.UtcDateTime.Date == DateTime.UtcNow.Date && receipt.Outcome != PaymentOutcome.NotCharged)
                    spent += receipt.Price;
            }

            // end
            spent.Cogs.ShouldBe(5);
        }

        folder.Delete(recursive: true);
    }

    private static ValueTask<bool> AskAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(request.Total <= TokenAmount.FromTokens(1));
    }

    private static async Task ByHandAsync(SnetClient snet, ServiceClient service)
    {
        // snippet ByHand
        await snet.Account.DepositAsync(TokenAmount.FromTokens(2)); // wallet to escrow
        PaymentChannel channel = await service.Channels.OpenAsync(TokenAmount.FromTokens(1)); // escrow to a new channel
        channel = await service.Channels.AddFundsAsync(channel.Id, TokenAmount.FromTokens(0.5m)); // escrow to that channel
        channel = await service.Channels.ExtendAsync(channel.Id, channel.Expiration + 1_000); // a later end
        AccountBalance balance = await snet.Account.GetBalanceAsync();
        Console.WriteLine($"{balance.Wallet} in the wallet, {balance.Escrow} in escrow, {channel.Value} in channel {channel.Id}");
        // end
    }

    private static async Task ReceiptsAsync(SnetClient snet)
    {
        // snippet Receipts
        await foreach (PaymentReceipt receipt in snet.Account.ListReceiptsAsync())
            Console.WriteLine($"{receipt.Time:u} {receipt.Method} {receipt.Paid} {receipt.Outcome} (channel {receipt.ChannelId}, total {receipt.AmountAfter})");
        // end
    }

    private static async Task PublishAsync(ServiceClient service, SnetModel model)
    {
#pragma warning disable SNET001 // experimental
        // snippet Publish
        var publisher = new FolderPublisher("/var/www/datasets", new Uri("https://data.example/datasets/"));
        await service.Training.UploadAndValidateAsync(
            model.Id, "dataset.zip", options: new UploadOptions { Publisher = publisher, MaxPrice = TokenAmount.FromTokens(1) });
        model = await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated);
        await publisher.RemoveAsync(new Uri(model.TrainingDataLink));
        // end
#pragma warning restore SNET001
    }

    private static async Task PlanAsync(ServiceClient service)
    {
        // snippet Plan
        FundingPlan plan = await service.Channels.PlanFundingAsync(TokenAmount.FromTokens(2)); // for calls that come to this; sends nothing
        Console.WriteLine(plan); // its transactions, where the tokens come from, and the gas
        PaymentChannel channel = await service.Channels.FundAsync(plan);
        // end
        Console.WriteLine(channel.Id);
    }

    private static async Task ReclaimAsync(SnetClient snet)
    {
        // snippet Reclaim
        AccountFunds funds = await snet.Account.GetFundsAsync();
        Console.WriteLine($"{funds.Wallet} in the wallet, {funds.Escrow} in escrow, {funds.LockedInChannels} in channels");
        Console.WriteLine($"{funds.SignedAway} signed away, {funds.ReclaimableNow} back now, {funds.ReclaimableLater} back later");

        TokenAmount back = await snet.Account.ReclaimAllAsync(); // all expired channels, whoever their provider is, to escrow
        await snet.Account.WithdrawAsync(funds.Escrow + back); // escrow to wallet
        // end
    }

    [Test]
    public async Task TestingGuide_StandIns_Answer()
    {
        // snippet StandIn
        var training = Substitute.For<TrainingClient>();
        training.TrainModelPriceAsync("model-1", Arg.Any<CancellationToken>()).Returns(TokenAmount.FromCogs(11));
        var service = Substitute.For<ServiceClient>();
        service.Training.Returns(training);
        service.CallAsync("add", Arg.Any<JsonObject>(), Arg.Any<ServiceCallOptions?>(), Arg.Any<CancellationToken>()).Returns(
            new CallResult<JsonObject>(new JsonObject { ["value"] = 3 }, TokenAmount.FromCogs(5), null, new Dictionary<string, string>()));
        // end
        (await service.Training.TrainModelPriceAsync("model-1")).Cogs.ShouldBe(11);
        (await service.CallAsync("add", [])).Paid.Cogs.ShouldBe(5);
    }

    [Test]
    public async Task TestingGuide_FaultOnOrder_Strikes()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        var numbers = new JsonObject { ["a"] = 1, ["b"] = 2 };

        // snippet FaultTest
        SnetClientOptions options = SnetClientOptions.FromPlatform(sandbox.Platform);
        options.PaymentMode = PaymentMode.Escrow; // the sample service's first three calls would be free
        await using var snet = new SnetClient(options);
        await using ServiceClient service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        using (sandbox.Daemon.Faults.CutNextAnswer()) // the service has worked and is paid; its answer is lost
        {
            var error = await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", numbers));
            error.MoneyMoved.ShouldBe(MoneyMoved.Yes);
        }

        CallResult<JsonObject> next = await service.CallAsync("add", numbers); // goes on, and pays once
        sandbox.Daemon.GetSignedTotal(next.Receipt!.ChannelId).ShouldBe(10);
        // end
    }

    private sealed class TrainingFolder : IDisposable
    {
        public TrainingFolder() => File.WriteAllText(System.IO.Path.Combine(Path, "one.txt"), "a text");

        public string Path { get; } = Directory.CreateTempSubdirectory("snet-docs-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

// snippet SandboxTest
public sealed class TranscriberTests
{
    private SnetSandbox _sandbox = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _sandbox = await SnetSandbox.StartAsync(new SandboxOptions { DaemonVersion = SandboxDaemonVersion.V6_0 });
        _sandbox.Provider.ValidationTime = _sandbox.Provider.TrainingTime = TimeSpan.FromMilliseconds(50);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _sandbox.DisposeAsync(); // throws when something was sent that would end a real daemon

    [TestCase("good")]
    [TestCase("fail-train")] // words in a model's name steer the provider
    public async Task Train_FromALink_EndsAsTheProviderSays(string name)
    {
        await using SnetClient snet = Connect(tokens: 1m);
        await using ServiceClient service = snet.GetServiceClient(_sandbox.Platform.OrgId, _sandbox.Platform.ServiceId);
        var limit = new TrainOptions { MaxPrice = TokenAmount.FromCogs(20) };

        SnetModel model = await service.Training.CreateModelAsync("stt", name);
        await service.Training.ValidateModelAsync(model.Id, new Uri("https://data.example/set.zip"), options: limit);
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated);
        await service.Training.TrainModelAsync(model.Id, options: limit);
        Task<SnetModel> waiting = service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse);

        if (name == "good")
            (await waiting).Status.ShouldBe(ModelStatus.ReadyToUse);
        else
            (await Should.ThrowAsync<ModelFailedException>(() => waiting)).Model.Status.ShouldBe(ModelStatus.Errored);
    }

    // An account of its own for each test, so that tests can run side by side.
    private SnetClient Connect(decimal tokens)
    {
        var signer = PrivateKeySigner.CreateRandom();
        _sandbox.Chain.Fund(signer.Address, cogs: TokenAmount.FromTokens(tokens).Cogs, wei: TokenAmount.FromTokens(1).Cogs);
        SnetClientOptions options = SnetClientOptions.FromPlatform(_sandbox.Platform);
        options.Signer = signer;
        return new SnetClient(options);
    }
}
// end
