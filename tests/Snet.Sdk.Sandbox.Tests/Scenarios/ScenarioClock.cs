using Snet.Tests;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>The clock of a platform under replay. It stands still while the replayer acts, and goes on only while the replayer waits:
/// so what a scenario does between two waits may take as long as the machine needs.</summary>
internal sealed class ScenarioClock
{
    // While it goes on, each slice of its time takes a pause of real time, in which the platform can act. A busy machine makes the pauses longer by itself.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();

    /// <summary>The time that the platform sees.</summary>
    public TimeProvider Time => _time;

    /// <summary>Lets time pass.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= Slice)
        {
            _time.Advance(left < Slice ? left : Slice);
            await Task.Delay(Pause);
        }
    }

    /// <summary>Waits for something that the platform does. Time stands still at first; then it goes on until the thing is done.</summary>
    /// <exception cref="ScenarioException">It is not done after 30 s of real time.</exception>
    public async Task WaitForAsync(Task task)
    {
        var patience = Task.Delay(Patience);
        await Task.WhenAny(task, Task.Delay(Grace));
        while (!task.IsCompleted)
        {
            if (patience.IsCompleted)
                throw new ScenarioException($"nothing came within {Patience.TotalSeconds} s");
            _time.Advance(Slice);
            await Task.WhenAny(task, Task.Delay(Pause));
        }
    }
}
