using System.Text.Json.Nodes;
using Snet.Sdk.Sandbox;
using Snet.Tests;

namespace Snet.Sdk.Tests.Histories;

/// <summary>A sandbox that histories use one after the other, so that none has to wait for its start, and none meets the faults of another.</summary>
/// <remarks>It is replaced after a number of histories: what they leave on the chain makes later ones slow.</remarks>
internal sealed class Lane : IAsyncDisposable
{
    private const int Lifetime = 100;
    private readonly DirectoryInfo _disk = Directory.CreateTempSubdirectory("snet-histories-"); // removed with the lane: what ends with a history may still write a moment
    private int _used;

    private Lane(SnetSandbox sandbox, ManualTime time)
    {
        (Sandbox, Time, Http) = (sandbox, time, new SocketsHttpHandler { UseProxy = false });
        Provider = new Provider(sandbox);
    }

    public SnetSandbox Sandbox { get; }

    /// <summary>The platform's clock. It stands still.</summary>
    public ManualTime Time { get; }

    /// <summary>What clients reach node and storage by.</summary>
    public SocketsHttpHandler Http { get; }

    /// <summary>Who is paid.</summary>
    public Provider Provider { get; }

    /// <summary>Gives a folder that nothing else uses.</summary>
    public string NewFolder() => _disk.CreateSubdirectory($"{_used}").FullName;

    /// <summary>Whether another history may use it.</summary>
    public bool IsFresh => ++_used < Lifetime;

    public static async Task<Lane> StartAsync()
    {
        var time = new ManualTime();
        var sandbox = await SnetSandbox.StartAsync(new SandboxOptions
        {
            TimeProvider = time, Group = Prices.Metadata(Prices.Published), DaemonConfig = new JsonObject { ["min_balance_for_free_call"] = "0" },
        });
        sandbox.Provider.ValidationTime = sandbox.Provider.TrainingTime = TimeSpan.Zero;
        return new Lane(sandbox, time);
    }

    public async ValueTask DisposeAsync()
    {
        Provider.Dispose();
        Http.Dispose();
        await Sandbox.DisposeAsync();
        _disk.Delete(recursive: true);
    }
}
