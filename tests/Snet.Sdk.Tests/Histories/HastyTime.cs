namespace Snet.Sdk.Tests.Histories;

/// <summary>A client's clock for which pauses pass a hundred times faster, and time limits only when a history says so.</summary>
/// <remarks>
/// A pause between two tries is short, a time limit long, so the length tells them apart. A machine under load can therefore make no call of a history time out.
/// </remarks>
/// <param name="start">What it shows at first; null for <see cref="Start"/>.</param>
internal sealed class HastyTime(DateTimeOffset? start = null) : TimeProvider
{
    /// <summary>When every history begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private const int Haste = 100;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(9);

    private readonly Lock _lock = new();
    private readonly HashSet<HastyTimer> _limits = [];
    private DateTimeOffset _now = start ?? Start;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Moves the clock on; time limits that have passed by then end what they limit.</summary>
    public void Advance(TimeSpan by) => MoveTo(GetUtcNow() + by);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HastyTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void MoveTo(DateTimeOffset time)
    {
        List<HastyTimer> passed;
        lock (_lock)
        {
            _now = time > _now ? time : _now;
            passed = [.. _limits.Where(limit => limit.Due <= _now).OrderBy(limit => limit.Due)];
            _limits.ExceptWith(passed);
        }

        passed.ForEach(limit => limit.Fire());
    }

    private sealed class HastyTimer(HastyTime time, Action callback) : ITimer
    {
        private ITimer? _pause;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._limits.Remove(this);
                _pause?.Dispose();
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._now + dueTime;
                if (dueTime > LongestPause)
                    time._limits.Add(this);
                else
                    _pause = System.CreateTimer(_ => Pass(), null, dueTime / Haste, Timeout.InfiniteTimeSpan);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Pass()
        {
            time.MoveTo(Due);
            callback();
        }
    }
}
