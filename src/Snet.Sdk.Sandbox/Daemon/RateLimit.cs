namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The daemon's limit for streams: a bucket that fills slowly and from which each stream takes one, paid or not (protocol
/// e.2).</summary>
internal sealed class RateLimit(DaemonConfiguration configuration, TimeProvider time)
{
    private readonly Lock _gate = new();

    // The time for one, in whole milliseconds; zero for no limit.
    private readonly TimeSpan _interval =
        configuration.RateLimitPerMinute is { } perMinute and not 0 ? TimeSpan.FromMilliseconds((long)(60_000 / perMinute)) : TimeSpan.Zero;

    private double _left = configuration.BurstSize;
    private long _seen = time.GetTimestamp();

    /// <summary>Takes one from the bucket.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTake()
    {
        if (_interval <= TimeSpan.Zero)
            return true;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var filled = time.GetElapsedTime(_seen, now) / _interval;
            (_left, _seen) = (Math.Min(_left + filled, configuration.BurstSize), now);
            if (_left < 1)
                return false;
            _left--;
            return true;
        }
    }
}
