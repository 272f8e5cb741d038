using System.Collections.Concurrent;

namespace Snet.Sdk.Tests.Histories;

/// <summary>The sandboxes on which histories run, as many as run at once.</summary>
internal sealed class Lanes : IAsyncDisposable
{
    private readonly ConcurrentBag<Lane> _free = [];

    /// <summary>Runs a history on a platform of its own.</summary>
    /// <exception cref="InvariantException">It breaks an invariant.</exception>
    public async Task RunAsync(History history)
    {
        var lane = _free.TryTake(out var free) ? free : await Lane.StartAsync();
        var whole = false;
        try
        {
            await World.RunAsync(lane, history);
            whole = lane.IsFresh;
        }
        finally
        {
            if (whole)
                _free.Add(lane);
            else
                await lane.DisposeAsync(); // also where something failed
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _free)
            await lane.DisposeAsync();
    }
}
