using Service;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>The service of the platform's integration guide: <c>stt</c> can be trained, <c>basic_stt</c> cannot.</summary>
internal static class ExampleService
{
    /// <summary>Adds the methods.</summary>
    public static void Register(ProviderMethods methods)
    {
        methods.AddUnary<SttInput>("/service.ExampleService/stt", request => Answer($"model={request.ModelId?.ModelId} bytes={request.Speech.Length}"));
        methods.AddUnary<BasicSttInput>("/service.ExampleService/basic_stt", request => Answer($"bytes={request.Speech.Length}"));
    }

    private static SttResp Answer(string result) => new() { Result = result };
}
