namespace Snet.Benchmarks;

/// <summary>Looks at this process' resident memory every 10 ms, until it is disposed of.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly Timer _timer;
    private readonly long _before = Environment.WorkingSet;
    private long _peak;

    public MemoryWatch()
    {
        _peak = _before;
        _timer = new Timer(_ => Look(), null, 10, 10);
    }

    /// <summary>How much more there was at most than at the start, in MB.</summary>
    public double GrowthInMb
    {
        get
        {
            Look();
            return (Volatile.Read(ref _peak) - _before) / (1024.0 * 1024);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = Environment.WorkingSet;
        for (var peak = Volatile.Read(ref _peak); now > peak; peak = Volatile.Read(ref _peak))
            Interlocked.CompareExchange(ref _peak, now, peak);
    }
}
