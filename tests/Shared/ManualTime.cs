namespace Snet.Tests;

/// <summary>A clock that stands still until a test moves it. Timers fire while it is moved, in the order of their times.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now;

    /// <summary>Starts a clock.</summary>
    /// <param name="start">What it shows first; a day in 2026 by default.</param>
    public ManualTime(DateTimeOffset? start = null) => _now = start ?? new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>How long it is to the next timer; null when nobody waits. A test tells by it which pause the work has come to.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (_lock)
                return _timers.MinBy(timer => timer.Due)?.Due - _now;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Moves the clock and fires every timer whose time comes, periodic ones as often as it comes.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(by.Ticks);
        var end = GetUtcNow() + by;
        while (TakeNext(end) is { } due)
            due.Fire(); // outside of the lock: what runs here may set timers itself
        lock (_lock)
            _now = end > _now ? end : _now; // somebody else may have moved it further
    }

    /// <summary>Moves the clock by one step whenever somebody waits for it, until the task is done.</summary>
    /// <remarks>Time limits that are under way count as waiting, too: the step decides which timers come first, so choose it small.</remarks>
    /// <param name="task">What is waited for.</param>
    /// <param name="step">How far the clock moves each time.</param>
    /// <exception cref="TimeoutException">The task is not done after 60 seconds of real time.</exception>
    public async Task RunAsync(Task task, TimeSpan step)
    {
        var limit = Task.Delay(TimeSpan.FromSeconds(60));
        while (!task.IsCompleted)
        {
            if (limit.IsCompleted)
                throw new TimeoutException("The task waits for something that the clock does not bring.");
            if (NextTimer is not null)
                Advance(step);
            await Task.WhenAny(task, Task.Delay(1)); // real time for the thread pool to carry on
        }

        await task;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeNext(DateTimeOffset end)
    {
        lock (_lock)
        {
            var next = _timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > end)
                return null;
            _now = next.Due > _now ? next.Due : _now;
            if (next.Period > TimeSpan.Zero)
                next.Due += next.Period;
            else
                _timers.Remove(next);
            return next;
        }
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                (Due, Period) = (time._now + dueTime, period);
                time._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
