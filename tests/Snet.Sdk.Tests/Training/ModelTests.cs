using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training;

[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class ModelTests(SandboxDaemonVersion version) : PlatformTest(version)
{
    [Test]
    public async Task CreateModelAsync_AllOptions_EveryFieldIsRead()
    {
        var snet = Connect();
        var service = Service(snet);

        var created = await service.Training.CreateModelAsync(
            "stt", "named", new CreateModelOptions { Description = "described", Addresses = [Stranger] });
        var model = await service.Training.GetModelAsync(created.Id);

        model.Id.ShouldBe(created.Id);
        model.Name.ShouldBe("named");
        model.Description.ShouldBe("described");
        model.Status.ShouldBe(ModelStatus.Created);
        (model.ServiceName, model.MethodName).ShouldBe(("ExampleService", "stt"));
        model.Addresses.ShouldBe([Stranger, snet.Account.Address], ignoreOrder: true);
        model.IsPublic.ShouldBeFalse();
        model.TrainingDataLink.ShouldBeEmpty();
        (model.CreatedBy, model.UpdatedBy).ShouldBe((snet.Account.Address, snet.Account.Address));
        model.CreatedOn.ShouldNotBeNull();
        model.UpdatedOn.ShouldNotBeNull();
    }

    [Test]
    public async Task GetAllModelsAsync_EachFilter_FindsTheModelOrNot()
    {
        var snet = Connect();
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "Findable one");
        var open = await service.Training.CreateModelAsync("stt", "Open one", new CreateModelOptions { IsPublic = true });

        (ModelFilter Filter, string[] Expected)[] cases =
        [
            (new ModelFilter { CreatedBy = snet.Account.Address }, [model.Id, open.Id]),
            (new ModelFilter { IsPublic = false }, [model.Id]),
            (new ModelFilter { IsPublic = true, CreatedBy = snet.Account.Address }, [open.Id]),
            (new ModelFilter { Name = "FINDABLE", CreatedBy = snet.Account.Address }, [model.Id]),
            (new ModelFilter { MethodName = "stt", ServiceName = "Example", CreatedBy = snet.Account.Address }, [model.Id, open.Id]),
            (new ModelFilter { MethodName = "STT", CreatedBy = snet.Account.Address }, []),
            (new ModelFilter { Statuses = [ModelStatus.Created], CreatedBy = snet.Account.Address }, [model.Id, open.Id]),
            (new ModelFilter { Statuses = [ModelStatus.ReadyToUse, ModelStatus.Errored], CreatedBy = snet.Account.Address }, []),
        ];
        foreach (var (filter, expected) in cases)
            (await service.Training.GetAllModelsAsync(filter)).Select(m => m.Id).ShouldBe(expected, ignoreOrder: true);
        (await service.Training.GetAllModelsAsync()).Select(m => m.Id).ShouldContain(model.Id);
    }

    [Test]
    public async Task ListModelsAsync_MoreThanAPage_EachModelOnce()
    {
        var service = Service(Connect());
        var ids = new List<string>();
        for (var i = 0; i < 103; i++)
            ids.Add((await service.Training.CreateModelAsync("stt", $"model {i}")).Id);

        var listed = await service.Training.GetAllModelsAsync(new ModelFilter { IsPublic = false });

        listed.Select(m => m.Id).ShouldBe(ids, ignoreOrder: true);
    }

    [Test]
    public async Task UpdateModelAsync_OneField_LeavesTheOthers()
    {
        var snet = Connect();
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "before", new CreateModelOptions { Description = "kept", Addresses = [Stranger] });

        var renamed = await service.Training.UpdateModelAsync(model.Id, new ModelUpdate { Name = "after" });
        var cleared = await service.Training.UpdateModelAsync(model.Id, new ModelUpdate { Description = string.Empty });

        (renamed.Name, renamed.Description).ShouldBe(("after", "kept"));
        (cleared.Name, cleared.Description).ShouldBe(("after", string.Empty));
        cleared.Addresses.ShouldBe([Stranger, snet.Account.Address], ignoreOrder: true);
    }

    [Test]
    public async Task UpdateModelAsync_NewAddresses_CreatorStaysAndModelIsListedOnce()
    {
        var snet = Connect();
        var other = Connect();
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "shared");

        var updated = await service.Training.UpdateModelAsync(model.Id, new ModelUpdate { Addresses = [other.Account.Address] });

        updated.Addresses.ShouldBe([other.Account.Address, snet.Account.Address], ignoreOrder: true);
        (await Service(other).Training.GetModelAsync(model.Id)).Name.ShouldBe("shared");
        (await Service(other).Training.GetAllModelsAsync(new ModelFilter { IsPublic = false })).Select(m => m.Id).ShouldBe([model.Id]);
    }

    [Test]
    public async Task DeleteModelAsync_Private_IsGone()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("stt", "short-lived");

        (await service.Training.DeleteModelAsync(model.Id)).ShouldBe(ModelStatus.Deleted);

        await Should.ThrowAsync<NoSuchModelException>(() => service.Training.GetModelAsync(model.Id));
    }

    [Test]
    public async Task DeleteModelAsync_Public_IsReadAsDeleted()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("stt", "open", new CreateModelOptions { IsPublic = true });

        await service.Training.DeleteModelAsync(model.Id);

        (await service.Training.GetModelAsync(model.Id)).Status.ShouldBe(ModelStatus.Deleted);
    }

    [Test]
    public async Task GetModelAsync_UnknownId_SaysThatThereIsNone()
    {
        var service = Service(Connect());

        var error = await Should.ThrowAsync<NoSuchModelException>(() => service.Training.GetModelAsync("no-such-model"));

        error.ModelId.ShouldBe("no-such-model");
        error.Message.ShouldContain(nameof(TrainingClient.GetAllModelsAsync));
    }

    [Test]
    public async Task EveryCall_UnknownId_SaysThatThereIsNone()
    {
        var training = Service(Connect()).Training;
        Func<Task>[] calls =
        [
            () => training.GetModelAsync("nope"),
            () => training.GetMethodMetadataForModelAsync("nope"),
            () => training.UpdateModelAsync("nope", new ModelUpdate { Name = "x" }),
            () => training.DeleteModelAsync("nope"),
            () => training.ValidateModelPriceAsync("nope"),
            () => training.TrainModelPriceAsync("nope"),
            () => training.TrainModelAsync("nope", TokenAmount.FromCogs(11)),
            () => training.ValidateModelAsync("nope", new Uri("https://data.example/x.zip"), TokenAmount.FromCogs(7)),
            () => training.UploadAndValidateAsync("nope", TestDatasets.Good(), TokenAmount.FromCogs(7)),
            () => training.WaitForStatusAsync("nope", ModelStatus.Validated),
        ];
        foreach (var call in calls)
            await Should.ThrowAsync<NoSuchModelException>(call);
    }

    [Test]
    public async Task GetModelAsync_AnothersPrivateModel_IsDenied()
    {
        var model = await Service(Connect()).Training.CreateModelAsync("stt", "mine");
        var other = Connect();

        var error = await Should.ThrowAsync<ModelAccessDeniedException>(() => Service(other).Training.GetModelAsync(model.Id));

        error.Address.ShouldBe(other.Account.Address);
    }

    [Test]
    public async Task TrainModelAsync_AnothersModel_IsDeniedAndNothingIsPaid()
    {
        var model = await Service(Connect()).Training.CreateModelAsync("stt", "mine", new CreateModelOptions { IsPublic = true });
        var service = Service(Connect());

        await Should.ThrowAsync<ModelAccessDeniedException>(() => service.Training.TrainModelAsync(model.Id, TokenAmount.FromCogs(11)));
        await Should.ThrowAsync<ModelAccessDeniedException>(() => service.Training.UpdateModelAsync(model.Id, new ModelUpdate { Name = "x" }));
        await Should.ThrowAsync<ModelAccessDeniedException>(() => service.Training.DeleteModelAsync(model.Id));

        (await service.Channels.ListAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task CreateModelAsync_WrongMethod_ListsThoseThereAreAndSendsNothing()
    {
        using var counter = new CountingHandler();
        var service = Service(Connect(options => options.DaemonHttpHandler = counter));

        foreach (var method in (string[])["sst", "basic_stt", "STT"])
        {
            var error = await Should.ThrowAsync<WrongMethodException>(() => service.Training.CreateModelAsync(method, "x"));
            error.AvailableMethods.ShouldBe(["ExampleService/stt"]);
        }

        counter.Paths.ShouldNotContain("/training.Daemon/create_model");
    }

    [Test]
    public async Task GetTrainingMetadataAsync_SampleService_NamesItsMethods()
    {
        var service = Service(Connect());

        var metadata = await service.Training.GetTrainingMetadataAsync();

        (metadata.TrainingEnabled, metadata.TrainingInProto).ShouldBe((true, true));
        metadata.TrainingMethods["ExampleService"].ShouldBe(["stt"]);
        metadata.ToString().ShouldContain("ExampleService: stt");
        (await service.Training.IsAvailableAsync()).ShouldBeTrue();
    }

    [Test]
    public async Task GetMethodMetadataAsync_ByMethodAndByModel_AllFields()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("ExampleService/stt", "x");
        var expected = new MethodMetadata("default", 5, 100, 100, 10, "png, mp4, txt, mp3", "zip, tar.gz", "Additional requirements");

        (await service.Training.GetMethodMetadataAsync("stt")).ShouldBe(expected);
        (await service.Training.GetMethodMetadataForModelAsync(model.Id)).ShouldBe(expected);
        await Should.ThrowAsync<WrongMethodException>(() => service.Training.GetMethodMetadataAsync("basic_stt"));
    }

    [Test]
    public async Task Prices_SampleService_AreTheProviders()
    {
        var service = Service(Connect());
        var model = await service.Training.CreateModelAsync("stt", "x");

        (await service.Training.ValidateModelPriceAsync(model.Id)).Cogs.ShouldBe(7);
        (await service.Training.ValidateModelPriceAsync(model.Id, new Uri("https://data.example/?price=42"))).Cogs.ShouldBe(42);
        (await service.Training.TrainModelPriceAsync(model.Id)).Cogs.ShouldBe(11);
    }

    [Test]
    public async Task ReadingCalls_OneAfterTheOther_ShareOneAuthorizationAndAskTheNodeOnce()
    {
        using var node = new CountingHandler();
        var service = Service(Connect(options => options.NodeHttpHandler = node));
        var model = await service.Training.CreateModelAsync("stt", "x");
        await service.Training.GetModelAsync(model.Id);
        node.Clear();

        for (var i = 0; i < 20; i++)
            await service.Training.GetModelAsync(model.Id);
        await service.Training.TrainModelPriceAsync(model.Id);
        await service.Training.GetAllModelsAsync(new ModelFilter { IsPublic = false });

        node.Count.ShouldBe(0);
    }
}
