namespace Snet.Sdk.Training.Uploads;

/// <summary>Counts what was sent and reports it: ten times a second at most, and always the end.</summary>
/// <remarks>
/// The speed is that of the last seconds, so that it follows the line. It is told only once there is half a second to reckon it from: the first parts
/// go into buffers, at a speed that means nothing.
/// </remarks>
internal sealed class UploadMeter(IProgress<UploadProgress>? progress, long total, TimeProvider time)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(500);

    private readonly long _started = time.GetTimestamp();
    private readonly Queue<(TimeSpan At, long Sent)> _samples = new([(TimeSpan.Zero, 0L)]);
    private TimeSpan? _reported;

    /// <summary>The bytes of the dataset that were sent.</summary>
    public long Sent { get; private set; }

    /// <summary>A part was sent.</summary>
    /// <exception cref="Exception">What the caller's <see cref="IProgress{T}"/> throws.</exception>
    public void Add(long bytes)
    {
        Sent += bytes;
        var now = time.GetElapsedTime(_started);
        if (progress is null || (now - _reported < ReportEvery && Sent < total))
            return;
        _reported = now;
        progress.Report(Measure(now));
    }

    private UploadProgress Measure(TimeSpan now)
    {
        while (_samples.Count > 1 && now - _samples.Peek().At > Window)
            _samples.Dequeue();
        var (at, sent) = _samples.Peek();
        _samples.Enqueue((now, Sent));
        var whole = Sent == total;
        var speed = whole ? Speed(Sent, now) : now - at >= Enough ? Speed(Sent - sent, now - at) : 0;
        return new UploadProgress(Sent, total, speed, whole ? TimeSpan.Zero : speed > 0 ? TimeSpan.FromSeconds((total - Sent) / speed) : null);
    }

    private static double Speed(long bytes, TimeSpan duration) => duration > TimeSpan.Zero ? bytes / duration.TotalSeconds : 0;
}
