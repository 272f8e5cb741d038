namespace Snet.Sdk.Sandbox.Faults;

/// <summary>The waiting of slow answers.</summary>
internal static class Pause
{
    /// <summary>Waits.</summary>
    /// <returns>False when the client gave up by then.</returns>
    public static async Task<bool> WaitAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }
}
