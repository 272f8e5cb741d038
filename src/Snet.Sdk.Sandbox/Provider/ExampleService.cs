using Service;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>The service of the platform's integration guide: <c>stt</c> can be trained, <c>basic_stt</c> cannot.</summary>
internal static class ExampleService
{
    private const string DefaultModel = "default"; // the proto's default_model_id

    /// <summary>Adds the methods.</summary>
    /// <param name="methods">The provider's methods.</param>
    /// <param name="recorded">Whether to answer as the provider behind the recorded scenarios does, which tells what it received.</param>
    public static void Register(ProviderMethods methods, bool recorded)
    {
        methods.AddUnary<SttInput>("/service.ExampleService/stt", request => recorded
            ? Answer($"model={request.ModelId?.ModelId} bytes={request.Speech.Length}")
            : Answer("RESULT with model " + (request.ModelId is { ModelId.Length: > 0 } model ? model.ModelId : DefaultModel)));
        methods.AddUnary<BasicSttInput>("/service.ExampleService/basic_stt", request => Answer(
            recorded ? $"bytes={request.Speech.Length}" : "RESULT without pre-trained model"));
    }

    private static SttResp Answer(string result) => new() { Result = result };
}
