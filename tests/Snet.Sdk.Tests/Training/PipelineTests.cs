using System.Text.Json.Nodes;
using Google.Protobuf;
using NSubstitute;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Training;

/// <summary>The whole way from a new model to a call with it, on each daemon.</summary>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_0)]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class PipelineTests(SandboxDaemonVersion version) : PlatformTest(version)
{
    private readonly SandboxDaemonVersion _version = version;

    [Test]
    public async Task Pipeline_CreateValidateTrainCall_ModelAnswers()
    {
        var snet = Connect();
        var service = Service(snet);

        var model = await service.Training.CreateModelAsync("stt", "my model");
        model.Status.ShouldBe(ModelStatus.Created);
        await ValidateAsync(service, model.Id);
        (await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Quick)).Status.ShouldBe(ModelStatus.Validated);
        var price = await service.Training.TrainModelPriceAsync(model.Id);
        (await service.Training.TrainModelAsync(model.Id, price)).ShouldBe(ModelStatus.Training);
        (await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Quick)).Status.ShouldBe(ModelStatus.ReadyToUse);
        JsonObject reply = await service.CallAsync("stt", new JsonObject { ["speech"] = "AAEC" }, new ServiceCallOptions { ModelId = model.Id });
        global::Service.SttResp typed = await service.CallAsync<global::Service.SttInput, global::Service.SttResp>(
            "stt", new global::Service.SttInput { Speech = ByteString.CopyFromUtf8("x") }, new ServiceCallOptions { ModelId = model.Id });

        reply["result"]!.GetValue<string>().ShouldContain(model.Id);
        typed.Result.ShouldContain(model.Id);
        (await service.Training.DeleteModelAsync(model.Id)).ShouldBe(ModelStatus.Deleted);

        var receipts = await ReceiptsAsync(snet);
        receipts.ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid);
        receipts.Select(receipt => receipt.Paid.Cogs).ShouldBe([7, 11, 5, 5]);
    }

    private static WaitOptions Quick => new() { PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(30) };

    private async Task ValidateAsync(ServiceClient service, string modelId)
    {
        if (_version == SandboxDaemonVersion.V6_2)
        {
            var link = new Uri("https://data.example/set.zip");
            var price = await service.Training.ValidateModelPriceAsync(modelId, link);
            (await service.Training.ValidateModelAsync(modelId, link, price)).ShouldBe(ModelStatus.Validating);
        }
        else
        {
            var price = await service.Training.ValidateModelPriceAsync(modelId);
            var publisher = Substitute.For<IDatasetPublisher>();
            var status = await service.Training.UploadAndValidateAsync(modelId, TestDatasets.Good(), price, new UploadOptions { Publisher = publisher });
            status.ShouldBeOneOf(ModelStatus.Validating, ModelStatus.Validated);
            publisher.ReceivedCalls().ShouldBeEmpty(); // it is for services that cannot take uploads
        }
    }

    private static async Task<List<PaymentReceipt>> ReceiptsAsync(SnetClient snet)
    {
        List<PaymentReceipt> receipts = [];
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            receipts.Add(receipt);
        return receipts;
    }
}
