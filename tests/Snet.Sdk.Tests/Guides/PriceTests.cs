using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Guides;

/// <summary>What is free, what is paid, and where the price comes from.</summary>
[Category("Sandbox")]
public sealed class PriceTests : PlatformTest
{
    [Test]
    public async Task FreeTrainingCalls_AccountWithoutAnything_NeedNoChannelAndCarryNoPayment()
    {
        using var daemon = new PaymentWatcher();
        var snet = Connect(options => options.DaemonHttpHandler = daemon, NewSigner(tokens: 0));
        var training = Service(snet).Training;

        await training.GetTrainingMetadataAsync();
        await training.GetMethodMetadataAsync("stt");
        var model = await training.CreateModelAsync("stt", "x");
        await training.GetModelAsync(model.Id);
        await training.GetAllModelsAsync();
        await training.UpdateModelAsync(model.Id, new ModelUpdate { Name = "y" });
        await training.ValidateModelPriceAsync(model.Id);
        await training.TrainModelPriceAsync(model.Id);
        await training.DeleteModelAsync(model.Id);

        daemon.Paths.Order().ShouldBe(
        [
            "/training.Daemon/create_model", "/training.Daemon/delete_model", "/training.Daemon/get_all_models", "/training.Daemon/get_method_metadata",
            "/training.Daemon/get_model", "/training.Daemon/get_model", "/training.Daemon/get_training_metadata", "/training.Daemon/train_model_price",
            "/training.Daemon/update_model", "/training.Daemon/validate_model_price",
        ]);
        daemon.PaidPaths.ShouldBeEmpty();
        (await Service(snet).Channels.ListAsync()).ShouldBeEmpty();
    }

    [Category("Upload")]
    [Test]
    public async Task PaidTrainingCalls_EachOnce_ExactlyTheseCarryAPayment()
    {
        using var daemon = new PaymentWatcher();
        var snet = Connect(options => options.DaemonHttpHandler = daemon);
        var training = Service(snet).Training;
        var model = await training.CreateModelAsync("stt", "x");

        await training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), await training.ValidateModelPriceAsync(model.Id));
        await training.ValidateModelAsync(model.Id, new Uri("https://data.example/x.zip"), await training.ValidateModelPriceAsync(model.Id));
        await training.TrainModelAsync(model.Id, await training.TrainModelPriceAsync(model.Id));

        daemon.PaidPaths.ShouldBe(["/training.Daemon/upload_and_validate", "/training.Daemon/validate_model", "/training.Daemon/train_model"]);
        List<PaymentReceipt> receipts = [];
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            receipts.Add(receipt);
        receipts.Select(receipt => (receipt.Paid.Cogs, receipt.ModelId)).ShouldBe([(7, model.Id), (7, model.Id), (11, model.Id)]);
    }

    [Test]
    public async Task TrainModelAsync_PriceRisesBetweenQuoteAndPayment_NothingIsSigned()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("stt", "price-rises");
        var quoted = await service.Training.TrainModelPriceAsync(model.Id);

        var error = await Should.ThrowAsync<PriceChangedException>(() => service.Training.TrainModelAsync(model.Id, quoted));

        (error.Agreed.Cogs, error.Current.Cogs, error.MoneyMoved).ShouldBe((11, 12, MoneyMoved.No));
        (await service.Channels.ListAsync()).ShouldBeEmpty();
        (await service.Training.TrainModelAsync(model.Id, options: new TrainOptions { MaxPrice = TokenAmount.FromCogs(13) })).ShouldBe(ModelStatus.Training);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(123)]
    public async Task ValidateModelAsync_PriceThatDependsOnTheData_IsPaidAsQuoted(int cogs)
    {
        var snet = Connect();
        var training = Service(snet).Training;
        var model = await training.CreateModelAsync("stt", "x");
        var link = new Uri($"https://data.example/set.zip?price={cogs}");

        var price = await training.ValidateModelPriceAsync(model.Id, link);
        await training.ValidateModelAsync(model.Id, link, price);

        price.Cogs.ShouldBe(cogs);
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            (receipt.Outcome, receipt.Paid).ShouldBe((PaymentOutcome.Paid, price));
        (await training.GetModelAsync(model.Id)).TrainingDataLink.ShouldBe(link.OriginalString);
    }

    [Test]
    public async Task CallAsync_PriceForEachMethod_IsThatOfTheMetadata()
    {
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { Group = JsonNode.Parse("""
            {"pricing": [{"default": true, "price_model": "fixed_price_per_method", "package_name": "service", "details": [
                {"service_name": "Calculator", "method_pricing": [{"method_name": "add", "price_in_cogs": 2}, {"method_name": "mul", "price_in_cogs": 9}]}]}]}
            """)!.AsObject() });
        await using var snet = sandbox.Connect();
        await using var service = snet.Service(sandbox);

        (await service.CallAsync("add", new JsonObject { ["a"] = 1 })).Paid.Cogs.ShouldBe(2);
        (await service.CallAsync("mul", new JsonObject { ["a"] = 1 })).Paid.Cogs.ShouldBe(9);
        (await service.CallAsync("add", new JsonObject { ["a"] = 1 })).Paid.Cogs.ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_PublishedPriceAboveThePolicy_NothingIsSigned()
    {
        var service = Service(Connect(options => options.Spending = new SpendingPolicy { MaxPerCall = TokenAmount.FromCogs(4) }));

        var error = await Should.ThrowAsync<SpendingLimitException>(() => service.CallAsync("add", new JsonObject { ["a"] = 1 }));

        (error.Allowed.Cogs, error.Price.Cogs).ShouldBe((4, 5));
        (await service.Channels.ListAsync()).ShouldBeEmpty();
    }

    private sealed class PaymentWatcher() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<(string Path, bool Paid)> _seen = new();

        public IEnumerable<string> Paths => Calls.Select(call => call.Path);

        public IEnumerable<string> PaidPaths => Calls.Where(call => call.Paid).Select(call => call.Path);

        private IEnumerable<(string Path, bool Paid)> Calls => _seen.Where(call => call.Path.StartsWith("/training.", StringComparison.Ordinal));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var paid = request.Headers.Any(header => header.Key.StartsWith("snet-", StringComparison.OrdinalIgnoreCase));
            _seen.Enqueue((request.RequestUri!.AbsolutePath, paid));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
