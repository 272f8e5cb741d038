using System.Diagnostics;
using Snet.Protocol;
using Snet.Sdk.Sandbox;

namespace Snet.Benchmarks;

/// <summary>A sandbox in a process of its own, so that only the client is measured.</summary>
internal sealed class SandboxProcess(Process process, SnetPlatform platform) : IDisposable
{
    public SnetPlatform Platform => platform;

    public static async Task<SandboxProcess> StartAsync()
    {
        var (process, json) = await ChildProcess.StartAsync("sandbox");
        return new SandboxProcess(process, SnetPlatform.FromJson(json));
    }

    /// <summary>Runs a sandbox until the input ends.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var sandbox = await SnetSandbox.StartAsync();
        Console.WriteLine(sandbox.Platform.ToJson().ReplaceLineEndings(" "));
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public void Dispose() => ChildProcess.Stop(process);
}
