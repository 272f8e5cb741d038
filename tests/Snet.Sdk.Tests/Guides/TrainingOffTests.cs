using System.Text.Json.Nodes;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Guides;

/// <summary>"No training" and "nobody answers" are two errors, and neither is remembered for longer than it holds.</summary>
[Category("Sandbox")]
public sealed class TrainingOffTests
{
    [Test]
    public async Task Training_SwitchedOffByTheProvider_EveryMethodSaysSoAndTheServiceStillWorks(
        [Values] SandboxDaemonVersion version)
    {
        await using var sandbox = await StartOffAsync(version);
        await using var snet = sandbox.Connect();
        await using var service = snet.Service(sandbox);

        service.Training.ShouldNotBeNull();
        (await service.Training.IsAvailableAsync()).ShouldBeFalse();
        foreach (var call in Calls(service.Training))
        {
            var error = await Should.ThrowAsync<NoTrainingException>(call);
            (error.Code, error.MoneyMoved, error.IsTransient).ShouldBe(("no_training", MoneyMoved.No, false));
        }

        JsonObject answer = await service.CallAsync("basic_stt", []);
        answer["result"]!.GetValue<string>().ShouldBe("RESULT without pre-trained model");
    }

    [Test]
    public async Task Training_NobodyAnswers_IsUnavailableInsteadOfNoTraining()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        using var silent = new SilentServer();
        using var redirect = new RedirectHandler(silent.Endpoint);
        await using var snet = sandbox.Connect(options =>
            (options.DaemonHttpHandler, options.MaxRetries, options.AttemptTimeout) = (redirect, 0, TimeSpan.FromMilliseconds(200)));
        await using var service = snet.Service(sandbox);

        foreach (var call in Calls(service.Training).Prepend(() => service.Training.IsAvailableAsync()))
        {
            var error = await Should.ThrowAsync<ServiceUnavailableException>(call);
            (error.Code, error.MoneyMoved, error.IsTransient).ShouldBe(("service_unavailable", MoneyMoved.No, true));
        }
    }

    [Test]
    public async Task Training_SwitchedOnLater_IsSeenByTheSameClient()
    {
        await using var off = await StartOffAsync(SandboxDaemonVersion.V6_0);
        await using var on = await SnetSandbox.StartAsync();
        var current = new SwitchingHandler { Endpoint = off.Platform.Daemon }; // stands for a daemon that is restarted with another setting
        await using var snet = on.Connect(options => options.DaemonHttpHandler = current);
        await using var service = snet.Service(on);

        (await service.Training.IsAvailableAsync()).ShouldBeFalse();
        current.Endpoint = on.Platform.Daemon;

        (await service.Training.IsAvailableAsync()).ShouldBeTrue();
        (await service.Training.CreateModelAsync("stt", "x")).Status.ShouldBe(ModelStatus.Created);
    }

    [Test]
    public async Task Training_ServiceOfAnotherType_SaysThatOnlyGrpcServicesTrain()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        await sandbox.PublishAsync(service => service["service_type"] = "http");
        await using var snet = sandbox.Connect();
        await using var service = snet.Service(sandbox);

        (await service.Training.IsAvailableAsync()).ShouldBeFalse();
        (await Should.ThrowAsync<NoTrainingException>(() => service.Training.CreateModelAsync("stt", "x"))).Message.ShouldContain("'http'");
    }

    private static Task<SnetSandbox> StartOffAsync(SandboxDaemonVersion version) => SnetSandbox.StartAsync(new SandboxOptions
    {
        DaemonVersion = version, DaemonConfig = new JsonObject { ["model_training_enabled"] = false },
    });

    private static IEnumerable<Func<Task>> Calls(TrainingClient training)
    {
        var (price, link) = (TokenAmount.FromCogs(7), new Uri("https://data.example/set.zip"));
        return
        [
            () => training.GetTrainingMetadataAsync(),
            () => training.GetMethodMetadataAsync("stt"),
            () => training.GetMethodMetadataForModelAsync("any"),
            () => training.CheckDatasetAsync("stt", TestDatasets.Good()),
            () => training.CreateModelAsync("stt", "x"),
            () => training.GetModelAsync("any"),
            () => training.GetAllModelsAsync(),
            () => training.UpdateModelAsync("any", new ModelUpdate { Name = "y" }),
            () => training.DeleteModelAsync("any"),
            () => training.ValidateModelPriceAsync("any"),
            () => training.TrainModelPriceAsync("any"),
            () => training.UploadAndValidateAsync("any", TestDatasets.Good(), price),
            () => training.ValidateModelAsync("any", link, price),
            () => training.TrainModelAsync("any", price),
        ];
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
