using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;
using Snet.Tests;

namespace Snet.Sdk.Tests.Guides;

/// <summary>Each status of the platform's Python guide, seen where the guide says it comes.</summary>
[Category("Sandbox")]
public sealed class LifeCycleTests : PlatformTest
{
    private static readonly TokenAmount ValidatePrice = TokenAmount.FromCogs(7), TrainPrice = TokenAmount.FromCogs(11);

    [SetUp]
    public void SlowDown() => Sandbox.Provider.ValidationTime = Sandbox.Provider.TrainingTime = TimeSpan.FromMilliseconds(400);

    [Category("Upload")]
    [Test]
    public async Task Pipeline_StepByStep_EachStatusIsSeenInOrder()
    {
        var training = Service(Connect()).Training;
        var seen = new StatusRecorder();

        var model = await training.CreateModelAsync("stt", "x", new CreateModelOptions { IsPublic = true });
        model.Status.ShouldBe(ModelStatus.Created);
        (await training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), ValidatePrice)).ShouldBe(ModelStatus.Validating);
        (await training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Watch(seen))).Status.ShouldBe(ModelStatus.Validated);
        (await training.TrainModelAsync(model.Id, TrainPrice)).ShouldBe(ModelStatus.Training);
        (await training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Watch(seen))).Status.ShouldBe(ModelStatus.ReadyToUse);
        (await training.DeleteModelAsync(model.Id)).ShouldBe(ModelStatus.Deleted);
        (await training.GetModelAsync(model.Id)).Status.ShouldBe(ModelStatus.Deleted);

        seen.Statuses.ShouldBe([ModelStatus.Validating, ModelStatus.Validated, ModelStatus.Training, ModelStatus.ReadyToUse]);
    }

    [Category("Upload")]
    [Test]
    public async Task GetAllModelsAsync_EachStatus_FiltersByIt()
    {
        var snet = Connect();
        var training = Service(snet).Training;
        var options = new CreateModelOptions { IsPublic = true }; // so that it is listed when it is deleted
        var model = await training.CreateModelAsync("stt", "x", options);
        await ShouldBeListedAsAsync(ModelStatus.Created);

        await training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), ValidatePrice);
        await ShouldBeListedAsAsync(ModelStatus.Validating);
        await training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Watch());
        await ShouldBeListedAsAsync(ModelStatus.Validated);
        await training.TrainModelAsync(model.Id, TrainPrice);
        await training.GetModelAsync(model.Id); // the daemon lists what it saw last
        await ShouldBeListedAsAsync(ModelStatus.Training);
        await training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Watch());
        await ShouldBeListedAsAsync(ModelStatus.ReadyToUse);
        await training.DeleteModelAsync(model.Id);
        await ShouldBeListedAsAsync(ModelStatus.Deleted);

        async Task ShouldBeListedAsAsync(ModelStatus status)
        {
            foreach (var asked in Enum.GetValues<ModelStatus>())
            {
                var found = await training.GetAllModelsAsync(new ModelFilter { Statuses = [asked], CreatedBy = snet.Account.Address });
                found.Select(m => m.Status).ShouldBe(asked == status ? [status] : [], $"asked for {asked}");
            }
        }
    }

    [Category("Upload")]
    [TestCase("fail-validate")]
    [TestCase("fail-train")]
    public async Task WaitForStatusAsync_StepFailsAtTheProvider_EndsAsErrored(string name)
    {
        var snet = Connect();
        var training = Service(snet).Training;
        var model = await training.CreateModelAsync("stt", name);

        var error = await Should.ThrowAsync<ModelFailedException>(async () =>
        {
            await training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), ValidatePrice);
            await training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Watch());
            await training.TrainModelAsync(model.Id, TrainPrice);
            await training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Watch());
        });

        (error.Model.Id, error.Model.Status, error.Code).ShouldBe((model.Id, ModelStatus.Errored, "model_failed"));
        (await training.GetModelAsync(model.Id)).Status.ShouldBe(ModelStatus.Errored);
        (await training.GetAllModelsAsync(new ModelFilter { Statuses = [ModelStatus.Errored], CreatedBy = snet.Account.Address }))
            .Select(m => m.Id).ShouldBe([model.Id]);
    }

    [Category("Upload")]
    [Test]
    public async Task Retrain_SameModel_GoesThroughTheStepsAgain()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("stt", "x");
        var seen = new StatusRecorder();
        for (var round = 0; round < 2; round++)
        {
            await service.Training.UploadAndValidateAsync(model.Id, TestDatasets.Zip(($"{round}.txt", $"more data {round}")), ValidatePrice);
            await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Watch(seen));
            await service.Training.TrainModelAsync(model.Id, TrainPrice);
            await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Watch(seen));
        }

        ModelStatus[] once = [ModelStatus.Validating, ModelStatus.Validated, ModelStatus.Training, ModelStatus.ReadyToUse];
        seen.Statuses.ShouldBe([.. once, .. once]);
        (await service.CallAsync("stt", [], new ServiceCallOptions { ModelId = model.Id })).Value["result"]!.GetValue<string>().ShouldContain(model.Id);
    }

    [Test]
    public async Task WaitForStatusAsync_DeletedMeanwhile_SaysSo()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "x", new CreateModelOptions { IsPublic = true });
        var waiting = training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Watch());

        await training.DeleteModelAsync(model.Id);

        (await Should.ThrowAsync<ModelFailedException>(() => waiting)).Model.Status.ShouldBe(ModelStatus.Deleted);
    }

    [Category("Upload")]
    [Test]
    public async Task WaitForStatusAsync_TimeIsUp_SaysThatItGoesOnAndCanBeTakenUpAgain()
    {
        var training = Service(Connect()).Training;
        var model = await training.CreateModelAsync("stt", "x");
        await training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), ValidatePrice);

        var error = await Should.ThrowAsync<TimeoutException>(() => training.WaitForStatusAsync(
            model.Id, ModelStatus.Validated, new WaitOptions { PollInterval = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromMilliseconds(30) }));

        error.Message.ShouldContain("Validating");
        (await training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Watch())).Status.ShouldBe(ModelStatus.Validated);
    }

    [Test]
    public async Task WaitForStatusAsync_IntervalOfFiveSeconds_IsKept()
    {
        var time = new ManualTime();
        var training = Service(Connect(options => (options.TimeProvider, options.AttemptTimeout) = (time, TimeSpan.FromHours(1)))).Training;
        var model = await training.CreateModelAsync("stt", "x");
        var five = TimeSpan.FromSeconds(5);
        var waiting = training.WaitForStatusAsync(
            model.Id, ModelStatus.Validated, new WaitOptions { PollInterval = five, MaxPollInterval = five, Timeout = TimeSpan.FromSeconds(20) });

        List<TimeSpan> pauses = [];
        while (!waiting.IsCompleted)
        {
            if (time.NextTimer is { } pause && pause <= TimeSpan.FromMinutes(1)) // the attempts' own limit is far away
            {
                pauses.Add(pause);
                time.Advance(pause);
            }

            await Task.WhenAny(waiting, Task.Delay(1));
        }

        await Should.ThrowAsync<TimeoutException>(() => waiting);
        pauses.ShouldBe([five, five, five, five]);
    }

    private static WaitOptions Watch(StatusRecorder? recorder = null) => new()
    {
        PollInterval = TimeSpan.FromMilliseconds(20), MaxPollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(30), Progress = recorder,
    };

    private sealed class StatusRecorder : IProgress<SnetModel>
    {
        public List<ModelStatus> Statuses { get; } = [];

        public void Report(SnetModel value)
        {
            // Two waits may see the status that ends the one and begins the other.
            if (Statuses.LastOrDefault() != value.Status)
                Statuses.Add(value.Status);
        }
    }
}
