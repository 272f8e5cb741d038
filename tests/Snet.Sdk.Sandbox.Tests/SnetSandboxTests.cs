using System.Diagnostics;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox;

[CancelAfter(60_000)]
internal sealed class SnetSandboxTests
{
    [Test]
    public async Task StartAsync_Defaults_PlatformTellsEverything(CancellationToken cancellationToken)
    {
        await using var sandbox = await SnetSandbox.StartAsync(cancellationToken: cancellationToken);

        var platform = SnetPlatform.FromJson(sandbox.Platform.ToJson());

        platform.Rpc.ShouldBe(sandbox.Chain.Endpoint);
        platform.Daemon.ShouldBe(sandbox.Daemon.Endpoint);
        platform.ChainId.ShouldBe(11155111);
        platform.Keys.Count.ShouldBe(5);
    }

    [Test]
    public async Task StartAsync_Warm_TakesLessThan300Milliseconds(CancellationToken cancellationToken)
    {
        await (await SnetSandbox.StartAsync(cancellationToken: cancellationToken)).DisposeAsync();

        // The fastest of five: other work on the machine must not fail the build.
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var sandbox = await SnetSandbox.StartAsync(cancellationToken: cancellationToken);
            var took = Stopwatch.GetElapsedTime(started);
            fastest = took < fastest ? took : fastest;
        }

        fastest.ShouldBeLessThan(TimeSpan.FromMilliseconds(300));
    }
}
