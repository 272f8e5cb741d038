using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Discovery;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training;

/// <summary>What cannot work is said with its own error, in time, before anything is signed or sent.</summary>
public sealed class BadInputTests : PlatformTest
{
    private static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7);

    [Category("Upload")]
    [Test]
    public async Task UploadAndValidateAsync_DatasetBreaksRules_AllAreListedAndNothingIsSent()
    {
        using var daemon = new CountingHandler();
        var service = Service(Connect(options => options.DaemonHttpHandler = daemon));
        var model = await service.Training.CreateModelAsync("stt", "x");
        var dataset = TestDatasets.Zip(("a.png", "p"), ("b.exe", "q"), ("c.doc", "r"));

        var error = await Should.ThrowAsync<WrongDatasetException>(() => service.Training.UploadAndValidateAsync(model.Id, dataset, ValidatePrice));

        error.Errors.Count.ShouldBe(2);
        error.Errors.ShouldAllBe(line => line.StartsWith("Wrong file type: `", StringComparison.Ordinal));
        error.MoneyMoved.ShouldBe(MoneyMoved.No);
        daemon.Paths.ShouldNotContain("/training.Daemon/upload_and_validate");
        (await service.Channels.ListAsync()).ShouldBeEmpty();
    }

    [Category("Upload")]
    [Test]
    public async Task UploadAndValidateAsync_MissingFile_IsSaidFirst()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("stt", "x");

        await Should.ThrowAsync<FileNotFoundException>(() => service.Training.UploadAndValidateAsync(model.Id, "/no/such/dataset.zip", ValidatePrice));
    }

    [Test]
    public async Task PaidSteps_WithoutPriceAndMaxPrice_AreArgumentErrors()
    {
        var training = Service(Connect()).Training;

        await Should.ThrowAsync<ArgumentException>(() => training.TrainModelAsync("any"));
        await Should.ThrowAsync<ArgumentException>(() => training.ValidateModelAsync("any", new Uri("https://data.example/x")));
        await Should.ThrowAsync<ArgumentException>(() => training.UploadAndValidateAsync("any", TestDatasets.Good()));
    }

    [Test]
    public async Task TrainModelAsync_AnotherPriceThanTheProviders_NothingIsSigned()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("stt", "x");

        var changed = await Should.ThrowAsync<PriceChangedException>(() => service.Training.TrainModelAsync(model.Id, TokenAmount.FromCogs(999)));
        (changed.Agreed.Cogs, changed.Current.Cogs).ShouldBe((999, 11));
        var limited = await Should.ThrowAsync<SpendingLimitException>(
            () => service.Training.TrainModelAsync(model.Id, options: new TrainOptions { MaxPrice = TokenAmount.FromCogs(10) }));
        (limited.Allowed.Cogs, limited.Price.Cogs).ShouldBe((10, 11));

        (await service.Channels.ListAsync()).ShouldBeEmpty();
        await ShouldHaveSignedNothingAsync(service);
    }

    [Test]
    public async Task TrainModelAsync_PolicyForbidsThePrice_NothingIsSigned()
    {
        var service = Service(Connect(options => options.Spending = new SpendingPolicy { MaxPerCall = TokenAmount.FromCogs(10) }));
        var model = await service.Training.CreateModelAsync("stt", "x");

        await Should.ThrowAsync<SpendingLimitException>(() => service.Training.TrainModelAsync(model.Id, TokenAmount.FromCogs(11)));

        (await service.Channels.ListAsync()).ShouldBeEmpty();
    }

    [Test]
    [Category("Sandbox")]
    public async Task CallAsync_PoorWallet_SaysWhatIsMissingAndSignsNothing()
    {
        var signer = PrivateKeySigner.CreateRandom();
        Sandbox.Chain.Fund(signer.Address, 3, TokenAmount.FromTokens(1).Cogs);
        var service = Service(Connect(signer: signer));

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => service.CallAsync("add", Numbers));

        (error.Balance, error.Needed.Cogs, error.Available.Cogs).ShouldBe(("wallet and escrow", 5, 3));
        error.Message.ShouldContain("2 cogs short");
        await ShouldHaveSignedNothingAsync(service);
    }

    [Test]
    [Category("Sandbox")]
    public async Task CallAsync_NoEtherForGas_SaysSo()
    {
        var signer = PrivateKeySigner.CreateRandom();
        Sandbox.Chain.Fund(signer.Address, 1000, 0);
        var service = Service(Connect(signer: signer));

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => service.CallAsync("add", Numbers));

        error.Balance.ShouldBe("gas");
    }

    [Test]
    public async Task AnyCall_DeadNode_IsAnRpcErrorWithinItsTime()
    {
        var service = Service(Connect(options => (options.RpcEndpoints, options.MaxRetries) = ([FreeEndpoint()], 1)));

        await Should.ThrowAsync<EthereumRpcException>(() => service.GetMetadataAsync());
    }

    [Test]
    public async Task AnyCall_NodeThatNeverAnswers_IsAnRpcErrorWithinItsTime()
    {
        using var silent = new SilentServer();
        var service = Service(Connect(options => (options.RpcEndpoints, options.MaxRetries, options.AttemptTimeout) = ([silent.Endpoint], 1, TimeSpan.FromMilliseconds(200))));

        var error = await Should.ThrowAsync<EthereumRpcException>(() => service.GetMetadataAsync());

        (error.IsTransient, error.RpcCode).ShouldBe((true, 0));
        silent.Accepted.ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task AnyCall_StorageThatNeverAnswers_IsAMetadataErrorWithinItsTime()
    {
        using var silent = new SilentServer();
        var service = Service(Connect(options => (options.IpfsEndpoint, options.MaxRetries, options.AttemptTimeout) = (silent.Endpoint, 1, TimeSpan.FromMilliseconds(500))));

        (await Should.ThrowAsync<MetadataException>(() => service.GetMetadataAsync())).IsTransient.ShouldBeTrue();
    }

    [Test]
    public async Task PaidCall_DaemonThatNeverAnswers_IsUnavailableAndNothingIsSigned()
    {
        using var silent = new SilentServer();
        using var redirect = new RedirectHandler(silent.Endpoint);
        var service = Service(Connect(options => (options.DaemonHttpHandler, options.MaxRetries, options.AttemptTimeout) = (redirect, 1, TimeSpan.FromMilliseconds(500))));

        await Should.ThrowAsync<ServiceUnavailableException>(() => service.Training.GetModelAsync("any"));
        await ShouldHaveSignedNothingAsync(service);
    }

    [Test]
    public async Task PaidCall_DeadDaemon_IsUnavailableAndNothingIsTaken()
    {
        using var redirect = new RedirectHandler(FreeEndpoint());
        var service = Service(Connect(options => (options.DaemonHttpHandler, options.MaxRetries) = (redirect, 1)));

        var error = await Should.ThrowAsync<ServiceUnavailableException>(() => service.CallAsync("add", Numbers));

        (error.MoneyMoved, error.IsTransient).ShouldBe((MoneyMoved.No, true));
    }

    [Test]
    public async Task AnyCall_UnknownOrganizationServiceOrGroup_IsAMetadataError()
    {
        var snet = Connect();

        await Should.ThrowAsync<MetadataException>(() => snet.CreateServiceClientAsync("nobody", Platform.ServiceId));
        await Should.ThrowAsync<MetadataException>(() => snet.CreateServiceClientAsync(Platform.OrgId, "nothing"));
        await Should.ThrowAsync<MetadataException>(
            () => snet.CreateServiceClientAsync(Platform.OrgId, Platform.ServiceId, new ServiceClientOptions { GroupName = "no group" }));
        Should.Throw<ArgumentException>(() => snet.GetServiceClient(new string('x', 33), Platform.ServiceId));
        Should.Throw<ArgumentException>(() => snet.GetServiceClient(string.Empty, Platform.ServiceId));
    }

    [Test]
    public async Task CallAsync_WrongMethodOrRequest_IsSaidBeforeAnythingIsSent()
    {
        using var daemon = new CountingHandler();
        var service = Service(Connect(options => options.DaemonHttpHandler = daemon));

        var wrong = await Should.ThrowAsync<WrongMethodException>(() => service.CallAsync("subtract", Numbers));
        wrong.AvailableMethods.ShouldContain("Calculator/add");
        (await Should.ThrowAsync<ArgumentException>(() => service.CallAsync("add", new JsonObject { ["c"] = 1 }))).Message.ShouldContain("c");
        (await Should.ThrowAsync<ArgumentException>(() => service.CallAsync("stt", new JsonObject { ["speech"] = "§" }))).Message.ShouldContain("speech");
        await Should.ThrowAsync<WrongMethodException>(() => service.CallAsync("basic_stt", new JsonObject(), new ServiceCallOptions { ModelId = "m" }));

        daemon.Count.ShouldBe(0);
    }

    [Test]
    public async Task PaidCall_ClientWithoutSigner_SaysWhatToSet()
    {
        var options = SnetClientOptions.FromPlatform(Platform);
        options.Signer = null;
        var service = Service(Own(new SnetClient(options)));

        (await service.GetMetadataAsync()).ServiceId.ShouldBe(Platform.ServiceId);
        (await Should.ThrowAsync<InvalidOperationException>(() => service.CallAsync("add", Numbers))).Message.ShouldContain(nameof(SnetClientOptions.Signer));
        await Should.ThrowAsync<InvalidOperationException>(() => service.Training.CreateModelAsync("stt", "x"));
    }

    [Test]
    public async Task FirstSignature_NodeOnAnotherChain_IsRefused()
    {
        var service = Service(Connect(options => options.Network = SnetNetwork.Custom(
            "other", 5, Platform.Token, Platform.Mpe, Platform.Registry, Platform.Ipfs)));

        (await Should.ThrowAsync<EthereumRpcException>(() => service.CallAsync("add", Numbers))).Message.ShouldContain("Nothing was signed");
        await Should.ThrowAsync<EthereumRpcException>(() => service.Training.CreateModelAsync("stt", "x"));
        await ShouldHaveSignedNothingAsync(service);
    }

    [TestCase("")]
    [TestCase("0x1234")]
    [TestCase("not a key at all, but sixty-four characters long, as a key would be")]
    [TestCase("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void FromHex_MalformedKey_IsRefusedWithoutRepeatingIt(string key)
    {
        var error = Should.Throw<FormatException>(() => PrivateKeySigner.FromHex(key));

        if (key.Length > 0)
            error.Message.ShouldNotContain(key);
    }

    [Test]
    public void Options_AllWrong_OneErrorListsAll()
    {
        var options = new SnetClientOptions
        {
            RpcEndpoints = [new Uri("ftp://node.example")], AttemptTimeout = TimeSpan.Zero, CallTimeout = TimeSpan.FromDays(50), MaxRetries = -1, Funding = new ChannelFunding { CallsAhead = 0 },
        };

        var error = Should.Throw<ArgumentException>(() => new SnetClient(options));

        foreach (var option in (string[])["RpcEndpoints", "AttemptTimeout", "CallTimeout", "MaxRetries", "CallsAhead"])
            error.Message.ShouldContain(option);
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    private static async Task ShouldHaveSignedNothingAsync(ServiceClient service)
    {
        await foreach (var receipt in service.Client.Account.ListReceiptsAsync())
            throw new AssertionException($"Signed after all: {receipt}");
    }

    private static Uri FreeEndpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
