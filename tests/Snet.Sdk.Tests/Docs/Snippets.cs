using System.Text.Json.Nodes;
using Google.Protobuf;
using Service;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Docs;

/// <summary>The code of README and docs, compiled; what can run offline runs.</summary>
public sealed class Snippets
{
    [Test]
    public async Task SandboxCall_FromTheReadme_Works()
    {
        // snippet SandboxCall
        await using var sandbox = await SnetSandbox.StartAsync();
        await using var snet = new SnetClient(SnetClientOptions.FromPlatform(sandbox.Platform));
        await using var calculator = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        CallResult<JsonObject> sum = await calculator.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });
        Console.WriteLine($"{sum.Value["value"]}, paid {sum.Paid}");
        // end
        sum.Value["value"]!.GetValue<double>().ShouldBe(3);
    }

    // Compiled, not run: it names a public network.
    internal static async Task<string> PipelineAsync(byte[] speech)
    {
        // snippet Pipeline
        await using var snet = new SnetClient(new SnetClientOptions
        {
            Network = SnetNetwork.Sepolia,
            RpcEndpoints = [new Uri("https://sepolia.example/v3/your-key")],
            Signer = PrivateKeySigner.FromEnvironment(), // SNET_PRIVATE_KEY
            Spending = new SpendingPolicy { MaxPerCall = TokenAmount.FromTokens(1m) },
        });
        await using ServiceClient service = snet.GetServiceClient("org", "service");

        SnetModel model = await service.Training.CreateModelAsync("stt", "my model");

        TokenAmount validatePrice = await service.Training.ValidateModelPriceAsync(model.Id);
        await service.Training.UploadAndValidateAsync(model.Id, "dataset.zip", validatePrice);
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated);

        TokenAmount trainPrice = await service.Training.TrainModelPriceAsync(model.Id);
        await service.Training.TrainModelAsync(model.Id, trainPrice);
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse);

        JsonObject reply = await service.CallAsync(
            "stt", new JsonObject { ["speech"] = Convert.ToBase64String(speech) }, new ServiceCallOptions { ModelId = model.Id });
        // end
        await TypedAsync(service, model, speech);
        await ErrorsAsync(service, model, validatePrice);
        return reply.ToJsonString();
    }

    private static async Task<string> TypedAsync(ServiceClient service, SnetModel model, byte[] speech)
    {
        // snippet TypedCall
        SttResp typed = await service.CallAsync<SttInput, SttResp>(
            "stt", new SttInput { Speech = ByteString.CopyFrom(speech) }, new ServiceCallOptions { ModelId = model.Id });
        // end
        return typed.Result;
    }

    private static async Task ErrorsAsync(ServiceClient service, SnetModel model, TokenAmount validatePrice)
    {
        // snippet Errors
        try
        {
            await service.Training.UploadAndValidateAsync(model.Id, "dataset.zip", validatePrice);
        }
        catch (WrongDatasetException e)
        {
            foreach (string error in e.Errors)
                Console.WriteLine(error);
        }
        catch (SnetException e) when (e.IsTransient)
        {
            Console.WriteLine($"Try again later ({e.Code}, money moved: {e.MoneyMoved}).");
        }
        // end
    }
}
