using System.Text.Json.Nodes;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Guides;

/// <summary>What a service tells of its methods, asked of the daemon and read in the proto files.</summary>
public sealed class GuideMetadataTests : PlatformTest
{
    [Test]
    public async Task MethodMetadata_OfTheDaemonAndInTheProtoFiles_AreTheSame()
    {
        var service = Service(Connect());

        var asked = await service.Training.GetMethodMetadataAsync("stt");
        var written = (await service.GetDefinitionAsync(default)).FindMethod("stt");

        asked.ShouldBe(new MethodMetadata(
            Text("default_model_id"), Number("max_models_per_user"), Number("dataset_max_size_mb"), Number("dataset_max_count_files"),
            Number("dataset_max_size_single_file_mb"), Text("dataset_files_type"), Text("dataset_type"), Text("dataset_description")));

        string Text(string option) => written.GetTextOption($"training.{option}").ShouldNotBeNull();
        long Number(string option) => (long)written.GetNumberOption($"training.{option}").ShouldNotBeNull();
    }

    [Test]
    public async Task MethodMetadata_Printed_HasEveryFieldUnderThePlatformsName()
    {
        var text = (await Service(Connect()).Training.GetMethodMetadataAsync("stt")).ToString();

        foreach (var line in (string[])
        [
            "default_model_id: 'default'", "max_models_per_user: 5", "dataset_max_size_mb: 100", "dataset_max_count_files: 100", "dataset_max_size_single_file_mb: 10",
            "dataset_files_type: 'png, mp4, txt, mp3'", "dataset_type: 'zip, tar.gz'", "dataset_description: 'Additional requirements'",
        ])
            text.ShouldContain(line);
    }

    [Test]
    public async Task CreateModelAsync_NoOptions_IsPrivateForTheCreatorAloneAndKnowsNothingOfTheModelItself()
    {
        var snet = Connect();

        var model = await Service(snet).Training.CreateModelAsync("stt", "plain");

        (model.Description, model.IsPublic, model.Status, model.Id.Length > 0).ShouldBe((string.Empty, false, ModelStatus.Created, true));
        model.Addresses.ShouldBe([snet.Account.Address]);
        model.ToString().ShouldBe($"{model.Id} 'plain' (ExampleService/stt): Created");
    }

    [Test]
    public async Task GetAllModelsAsync_ListedModel_CanBeUsedInACall()
    {
        var snet = Connect();
        var service = Service(snet);
        var run = $"{Guid.NewGuid():N}"; // other platforms keep models
        await service.Training.CreateModelAsync("stt", $"chest {run}");
        await service.Training.CreateModelAsync("stt", $"dental {run}");

        var picked = (await service.Training.GetAllModelsAsync(new ModelFilter { Name = $"DENTAL {run}", CreatedBy = snet.Account.Address })).ShouldHaveSingleItem();
        JsonObject answer = await service.CallAsync("stt", [], new ServiceCallOptions { ModelId = picked.Id });

        answer["result"]!.GetValue<string>().ShouldContain(picked.Id);
    }

    [Test]
    public async Task CallAsync_ModelForAMethodThatTakesNone_NamesThoseThatTakeOne()
    {
        var snet = Connect();
        var service = Service(snet);

        var error = await Should.ThrowAsync<WrongMethodException>(() => service.CallAsync("basic_stt", [], new ServiceCallOptions { ModelId = "any" }));

        error.AvailableMethods.ShouldBe(["ExampleService/stt"]);
        (await snet.Account.ListReceiptsAsync().CountAsync()).ShouldBe(0);
    }
}
