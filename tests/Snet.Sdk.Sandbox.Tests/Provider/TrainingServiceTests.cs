using Google.Protobuf;
using Snet.Grpc;
using Snet.Tests;
using Training;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>The provider's training: its clock and the words that steer it.</summary>
internal sealed class TrainingServiceTests
{
    private ManualTime _time = null!;
    private SandboxProvider _provider = null!;
    private GrpcChannel _channel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _time = new ManualTime();
        _provider = await SandboxProvider.StartAsync(new SandboxOptions { TimeProvider = _time }, CancellationToken.None);
        _channel = new GrpcChannel(_provider.Endpoint);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _channel.Dispose();
        await _provider.DisposeAsync();
    }

    [TestCase("model", Status.Validated)]
    [TestCase("fail-validate", Status.Errored)]
    public async Task ValidateModel_ItsTimePasses_EndsAsTheNameSays(string name, Status end)
    {
        var model = await CreateAsync(name);

        var answer = await CallAsync<StatusResponse>("validate_model", new ValidateRequest { ModelId = model, TrainingDataLink = "link" });

        answer.Status.ShouldBe(Status.Validating);
        _time.Advance(TimeSpan.FromMilliseconds(1499));
        (await StatusOfAsync(model)).ShouldBe(Status.Validating);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await StatusOfAsync(model)).ShouldBe(end);
    }

    [TestCase("model", Status.ReadyToUse)]
    [TestCase("fail-train", Status.Errored)]
    public async Task TrainModel_AnotherTrainingTime_EndsAsTheNameSays(string name, Status end)
    {
        var model = await CreateAsync(name);
        _provider.TrainingTime = TimeSpan.FromHours(2);

        await CallAsync<StatusResponse>("train_model", new ModelID { ModelId = model });

        _time.Advance(TimeSpan.FromMinutes(119));
        (await StatusOfAsync(model)).ShouldBe(Status.Training);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await StatusOfAsync(model)).ShouldBe(end);
    }

    [TestCase("refuse-validate", "validate_model")]
    [TestCase("refuse-train", "train_model")]
    [TestCase("fail-price", "validate_model_price")]
    [TestCase("fail-price", "train_model_price")]
    [TestCase("fail-status", "get_model_status")]
    [TestCase("fail-delete", "delete_model")]
    public async Task AnyCall_NameThatRefusesIt_IsAnswered(string name, string method)
    {
        var model = await CreateAsync(name);
        IMessage request = method.StartsWith("validate", StringComparison.Ordinal)
            ? new ValidateRequest { ModelId = model }
            : new ModelID { ModelId = model };

        var refusal = await Should.ThrowAsync<GrpcException>(() => CallAsync<StatusResponse>(method, request));

        (refusal.StatusCode, refusal.Detail).ShouldBe((GrpcStatus.FailedPrecondition, "the provider says no"));
    }

    [Test]
    public async Task TrainModel_SlowAndCallerGivesUp_TrainsNothing()
    {
        var model = await CreateAsync("slow-train");
        using var cancellation = new CancellationTokenSource();
        var call = _channel.UnaryAsync(
            "/training.Model/train_model", new ModelID { ModelId = model }.ToByteArray(), null, cancellation.Token);
        while (_time.NextTimer is null)
            await Task.Delay(5);

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
        while (_time.NextTimer is not null)
            await Task.Delay(5);
        (await StatusOfAsync(model)).ShouldBe(Status.Created);
    }

    [Test]
    public async Task AnyCall_ModelThatDoesNotExist_IsNotFound() =>
        (await Should.ThrowAsync<GrpcException>(() => StatusOfAsync("none"))).StatusCode.ShouldBe(GrpcStatus.NotFound);

    private async Task<string> CreateAsync(string name) => (await CallAsync<ModelID>("create_model", new NewModel { Name = name })).ModelId;

    private async Task<Status> StatusOfAsync(string model) =>
        (await CallAsync<StatusResponse>("get_model_status", new ModelID { ModelId = model })).Status;

    private async Task<T> CallAsync<T>(string method, IMessage request)
        where T : IMessage<T>, new()
    {
        var answer = await _channel.UnaryAsync("/training.Model/" + method, request.ToByteArray(), null, CancellationToken.None);
        var message = new T();
        message.MergeFrom(answer.Message.Span);
        return message;
    }
}
