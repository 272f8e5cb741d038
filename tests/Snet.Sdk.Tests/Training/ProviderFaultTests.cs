using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training;

/// <summary>What a user sees, and pays, when the provider fails a step of the training.</summary>
[Category("Sandbox")]
public sealed class ProviderFaultTests : PlatformTest
{
    private static readonly Uri Link = new("https://data.example/set.zip");
    private static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7), TrainPrice = TokenAmount.FromCogs(11);

    private SnetClient _snet = null!;
    private ServiceClient _service = null!;

    private ProviderFaults Provider => Sandbox.Provider.Faults;

    private TrainingClient Training => _service.Training;

    [SetUp]
    public void Connect()
    {
        _snet = Connect(change: null);
        _service = Service(_snet);
    }

    [TearDown]
    public async Task DisposeClientsAsync()
    {
        await _service.DisposeAsync();
        await _snet.DisposeAsync();
    }

    [Test]
    public async Task TrainModelAsync_TrainingEndsErrored_IsChargedAndTheNextOneWorks()
    {
        using var fault = Provider.FailNextTraining();
        var model = await CreateAsync();

        (await Training.TrainModelAsync(model, TrainPrice)).ShouldBe(ModelStatus.Training);
        var error = await Should.ThrowAsync<ModelFailedException>(() => Training.WaitForStatusAsync(model, ModelStatus.ReadyToUse));

        (error.Model.Status, fault.Struck).ShouldBe((ModelStatus.Errored, 1));
        await PaidAsync(11);
        await Training.TrainModelAsync(model, TrainPrice);
        (await Training.WaitForStatusAsync(model, ModelStatus.ReadyToUse)).Status.ShouldBe(ModelStatus.ReadyToUse);
        await PaidAsync(11, 11);
    }

    [TestCase(true, Category = "Upload")]
    [TestCase(false)]
    public async Task Validate_EndsErrored_IsChargedAndTheNextOneWorks(bool upload)
    {
        using var fault = Provider.FailNextValidation();
        var model = await CreateAsync();

        await ValidateAsync(model, upload);
        var error = await Should.ThrowAsync<ModelFailedException>(() => Training.WaitForStatusAsync(model, ModelStatus.Validated));

        (error.Model.Status, fault.Struck).ShouldBe((ModelStatus.Errored, 1));
        await ValidateAsync(model, upload);
        (await Training.WaitForStatusAsync(model, ModelStatus.Validated)).Status.ShouldBe(ModelStatus.Validated);
        await PaidAsync(7, 7);
    }

    [Test]
    public async Task TrainModelAsync_ProviderRefuses_IsNotChargedAndTheNextOneIsChargedOnce()
    {
        using var fault = Provider.RefuseNextTraining();
        var model = await CreateAsync();

        var error = await Should.ThrowAsync<ServiceCallException>(() => Training.TrainModelAsync(model, TrainPrice));

        (error.Origin, error.MoneyMoved, fault.Struck).ShouldBe((CallOrigin.Service, MoneyMoved.No, 1));
        (await Training.GetModelAsync(model)).Status.ShouldBe(ModelStatus.Created);
        await Training.TrainModelAsync(model, TrainPrice);
        await PaidAsync(0, 11);
    }

    [Test]
    [Category("Upload")]
    public async Task UploadAndValidateAsync_ProviderBreaksALongOneOff_IsNotChargedAndTheNextOneIsWhole()
    {
        using var fault = Provider.BreakNextUpload();
        var model = await CreateAsync();
        var dataset = new PacedDataset(parts: 40, (_, cancellationToken) => Task.Delay(2, cancellationToken)); // it is told of the refusal while it sends

        var error = await Should.ThrowAsync<UploadFailedException>(
            () => Training.UploadAndValidateAsync(model, dataset.Source, ValidatePrice, new UploadOptions { PartSize = PacedDataset.PartSize }));

        (error.MoneyMoved, error.Status, fault.Struck).ShouldBe((MoneyMoved.No, ModelStatus.Created, 1));
        await Training.UploadAndValidateAsync(model, dataset.Source, ValidatePrice, new UploadOptions { PartSize = PacedDataset.PartSize });
        (await Training.WaitForStatusAsync(model, ModelStatus.Validated)).Status.ShouldBe(ModelStatus.Validated);
        await PaidAsync(0, 7);
        Sandbox.Provider.Describe(model)!["uploads"]!.AsArray()[^1]!["size"]!.GetValue<long>().ShouldBe(dataset.Archive.Length);
    }

    [Test]
    public async Task TrainModelAsync_PriceRisesBetweenQuoteAndPayment_NothingIsSignedUntilItIsAgreed()
    {
        var model = await CreateAsync();
        var quoted = await Training.TrainModelPriceAsync(model);
        using var fault = Provider.RaiseNextPrice();

        var error = await Should.ThrowAsync<PriceChangedException>(() => Training.TrainModelAsync(model, quoted));

        (error.Agreed, error.Current.Cogs, error.MoneyMoved).ShouldBe((quoted, 12, MoneyMoved.No));
        await PaidAsync();
        (await _service.Channels.ListAsync()).ShouldBeEmpty();
        await Training.TrainModelAsync(model, quoted); // the fault is over
        await PaidAsync(11);
    }

    // Somebody else's quote replaces ours in the daemon, after ours was given and before it is paid.
    [TestCase(null)]
    [TestCase(20)]
    public async Task TrainModelAsync_StoredQuoteIsReplacedMeanwhile_IsAskedAgainAndPaidWithinTheLimit(int? limit)
    {
        var model = await CreateAsync();
        var other = Service(Connect(signer: _snet.Options.Signer));
        await other.Training.TrainModelPriceAsync(model); // the next one can rise now
        using var hook = new BeforePath("/training.Daemon/train_model", async () =>
        {
            using var fault = Provider.RaiseNextPrice();
            (await other.Training.TrainModelPriceAsync(model)).Cogs.ShouldBe(13);
        });
        var snet = Connect(options => options.DaemonHttpHandler = hook, _snet.Options.Signer);
        var service = Service(snet);

        var status = limit is { } cogs
            ? await service.Training.TrainModelAsync(model, options: new TrainOptions { MaxPrice = TokenAmount.FromCogs(cogs) })
            : await service.Training.TrainModelAsync(model, TrainPrice);

        status.ShouldBe(ModelStatus.Training);
        var receipts = await snet.Account.ListReceiptsAsync().ToListAsync();
        receipts.Select(receipt => receipt.Paid.Cogs).ShouldBe([0, 11]);
        Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(11);
    }

    [TestCase("train_model")]
    [TestCase("validate_model")]
    [TestCase("upload_and_validate", Category = "Upload")]
    public async Task PaidStep_AnswerIsLost_SaysThatItWasPaidAndTheModelTellsTheRest(string step)
    {
        var model = await CreateAsync();
        using var fault = Sandbox.Daemon.Faults.CutNextAnswer();

        var error = await Should.ThrowAsync<SnetException>(() => step switch
        {
            "train_model" => Training.TrainModelAsync(model, TrainPrice),
            "validate_model" => Training.ValidateModelAsync(model, Link, ValidatePrice),
            _ => Training.UploadAndValidateAsync(model, TestDatasets.Good(), ValidatePrice),
        });

        var call = (error as UploadFailedException)?.InnerException ?? error; // an upload tells what the provider has besides
        (error.MoneyMoved, call.ShouldBeOfType<ServiceCallException>().Origin, fault.Struck).ShouldBe((MoneyMoved.Yes, CallOrigin.Transport, 1));
        (await Training.GetModelAsync(model)).Status.ShouldBeOneOf(ModelStatus.Training, ModelStatus.ReadyToUse, ModelStatus.Validating, ModelStatus.Validated);
        await PaidAsync(step == "train_model" ? 11 : 7);
    }

    private async Task<string> CreateAsync() => (await Training.CreateModelAsync("stt", "a model")).Id;

    private Task<ModelStatus> ValidateAsync(string model, bool upload) => upload
        ? Training.UploadAndValidateAsync(model, TestDatasets.Good(), ValidatePrice)
        : Training.ValidateModelAsync(model, Link, ValidatePrice);

    // What the receipts say, one after the other, is what the daemon has stored.
    private async Task PaidAsync(params int[] cogs)
    {
        var receipts = await _snet.Account.ListReceiptsAsync().ToListAsync();
        receipts.Select(receipt => (int)receipt.Paid.Cogs).ShouldBe(cogs);
        if (receipts.Count > 0)
            Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(cogs.Sum());
    }

    private sealed class BeforePath(string path, Func<Task> action) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _done;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == path && Interlocked.Exchange(ref _done, 1) == 0)
                await action();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
