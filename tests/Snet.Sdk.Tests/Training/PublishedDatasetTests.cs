using Microsoft.AspNetCore.Http;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training;

/// <summary>A publisher brings datasets to services whose daemons cannot take uploads.</summary>
[Category("Sandbox")]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class PublishedDatasetTests(SandboxDaemonVersion version) : PlatformTest(version)
{
    private static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7);
    private readonly byte[] _archive = TestDatasets.ZipBytes(("one.png", "picture"), ("one.txt", "text"));
    private DirectoryInfo _folder = null!;
    private LoopbackServer _server = null!;

    [SetUp]
    public async Task ServeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("snet-published-");
        _server = await LoopbackServer.StartAsync(AnswerAsync, CancellationToken.None);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task Pipeline_WithAPublisher_RunsWhereNoUploadWorks()
    {
        var snet = Connect();
        var service = Service(snet);
        var publisher = Publisher();
        var progress = new Recorder();

        var model = await service.Training.CreateModelAsync("stt", "x");
        var price = await service.Training.ValidateModelPriceAsync(model.Id);
        (await service.Training.UploadAndValidateAsync(model.Id, Dataset, price, With(publisher, progress)))
            .ShouldBeOneOf(ModelStatus.Validating, ModelStatus.Validated);
        model = await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Quick);
        await ShouldHaveArrivedAsync(model);
        await service.Training.TrainModelAsync(model.Id, await service.Training.TrainModelPriceAsync(model.Id));
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Quick);
        await service.CallAsync("stt", [], new ServiceCallOptions { ModelId = model.Id });

        progress.Last.ShouldBe(new UploadProgress(_archive.Length, _archive.Length, progress.Last!.BytesPerSecond, TimeSpan.Zero));
        var receipts = await snet.Account.ListReceiptsAsync().ToListAsync();
        receipts.ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid);
        receipts.Select(receipt => (receipt.Method.Split('/')[^1], (int)receipt.Paid.Cogs))
            .ShouldBe([("validate_model", 7), ("train_model", 11), ("stt", 5)]);
        await publisher.RemoveAsync(new Uri(model.TrainingDataLink));
        _folder.GetFiles().ShouldBeEmpty();
    }

    [Test]
    public async Task UploadAndValidateAsync_LinkCostsMore_NothingIsPaidAndTheArchiveIsTakenBack()
    {
        var snet = Connect();
        var training = Service(snet).Training;
        var model = await training.CreateModelAsync("stt", "x");

        var error = await Should.ThrowAsync<PriceChangedException>(
            () => training.UploadAndValidateAsync(model.Id, Dataset, ValidatePrice, With(Publisher("price=9/"))));

        (error.Agreed.Cogs, error.Current.Cogs).ShouldBe((7, 9));
        _folder.GetFiles().ShouldBeEmpty();
        (await snet.Account.ListReceiptsAsync().CountAsync()).ShouldBe(0);
    }

    [Test]
    public async Task UploadAndValidateAsync_MaxPrice_PaysTheLinksPrice()
    {
        var snet = Connect();
        var training = Service(snet).Training;
        var model = await training.CreateModelAsync("stt", "x");

        await training.UploadAndValidateAsync(
            model.Id, Dataset, options: new UploadOptions { Publisher = Publisher("price=9/"), MaxPrice = TokenAmount.FromCogs(9) });

        (await snet.Account.ListReceiptsAsync().SingleAsync()).Paid.Cogs.ShouldBe(9);
    }

    [Test]
    public async Task UploadAndValidateAsync_ProviderRefuses_ArchiveIsTakenBack()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "refuse-validate");

        var error = await Should.ThrowAsync<ServiceCallException>(
            () => training.UploadAndValidateAsync(model.Id, Dataset, ValidatePrice, With(Publisher())));

        error.MoneyMoved.ShouldBe(MoneyMoved.No);
        _folder.GetFiles().ShouldBeEmpty();
    }

    [Test]
    public async Task UploadAndValidateAsync_AnswerIsLost_ArchiveStays()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "x");
        using var fault = Sandbox.Daemon.Faults.CutNextAnswer();

        var error = await Should.ThrowAsync<ServiceCallException>(
            () => training.UploadAndValidateAsync(model.Id, Dataset, ValidatePrice, With(Publisher())));

        error.MoneyMoved.ShouldBe(MoneyMoved.Yes);
        await ShouldHaveArrivedAsync(await training.GetModelAsync(model.Id)); // the provider may be fetching it
    }

    [Test]
    public async Task UploadAndValidateAsync_RemovingFails_TheStepsOwnErrorIsTold()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "refuse-validate");

        var error = await Should.ThrowAsync<ServiceCallException>(
            () => training.UploadAndValidateAsync(model.Id, Dataset, ValidatePrice, With(new Stubborn())));

        error.Detail.ShouldContain("the provider says no");
    }

    [Test]
    public async Task UploadAndValidateAsync_PublisherClosesTheStream_TheCallersStaysOpen()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "x");
        using var stream = new MemoryStream(_archive);

        await training.UploadAndValidateAsync(model.Id, DatasetSource.FromStream(stream, "dataset.zip"), ValidatePrice, With(new Stubborn()));

        stream.CanRead.ShouldBeTrue();
    }

    [Test]
    public async Task UploadAndValidateAsync_WrongDataset_IsNotPublished()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "x");

        await Should.ThrowAsync<WrongDatasetException>(
            () => training.UploadAndValidateAsync(model.Id, TestDatasets.Zip(("a.exe", "x")), ValidatePrice, With(Publisher())));

        _folder.GetFiles().ShouldBeEmpty();
    }

    private DatasetSource Dataset => DatasetSource.FromStream(() => new MemoryStream(_archive), "dataset.zip");

    private static WaitOptions Quick => new() { PollInterval = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(30) };

    private FolderPublisher Publisher(string path = "") => new(_folder.FullName, new Uri(_server.Endpoint, path));

    private static UploadOptions With(IDatasetPublisher publisher, IProgress<UploadProgress>? progress = null) =>
        new() { Publisher = publisher, Progress = progress };

    private async Task ShouldHaveArrivedAsync(SnetModel model)
    {
        using var http = new HttpClient();
        (await http.GetByteArrayAsync(model.TrainingDataLink)).ShouldBe(_archive); // as the provider fetches it
    }

    private Task AnswerAsync(HttpContext context) => context.Response.SendFileAsync(Path.Combine(_folder.FullName, context.Request.Path.Value![1..]));

    private sealed class Recorder : IProgress<UploadProgress>
    {
        public UploadProgress? Last { get; private set; }

        public void Report(UploadProgress value) => Last = value;
    }

    /// <summary>Reads everything twice, closes what it is given, and cannot take anything back.</summary>
    private sealed class Stubborn : IDatasetPublisher
    {
        public async Task<Uri> PublishAsync(Stream archive, string fileName, CancellationToken cancellationToken = default)
        {
            await archive.CopyToAsync(Stream.Null, cancellationToken);
            archive.Seek(0, SeekOrigin.Begin);
            await archive.CopyToAsync(Stream.Null, cancellationToken);
            await archive.DisposeAsync();
            return new Uri("https://data.example/set.zip");
        }

        public Task RemoveAsync(Uri link, CancellationToken cancellationToken = default) => throw new InvalidOperationException("never");
    }
}
