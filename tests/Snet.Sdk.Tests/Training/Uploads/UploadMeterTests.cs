using Snet.Sdk.Training;
using Snet.Sdk.Training.Uploads;
using Snet.Tests;

namespace Snet.Sdk.Tests.Training.Uploads;

public sealed class UploadMeterTests
{
    private readonly ManualTime _time = new();
    private readonly List<UploadProgress> _reports = [];

    [SetUp]
    public void Forget() => _reports.Clear();

    [Test]
    public void Add_AThousandPartsASecond_ReportsTenTimesASecondAndTheEnd()
    {
        Send(parts: 2_000, size: 1_000, each: TimeSpan.FromMilliseconds(1));

        _reports.Count.ShouldBeInRange(20, 22);
        _reports[0].SentBytes.ShouldBe(1_000);
        _reports[^1].ShouldBe(new UploadProgress(2_000_000, 2_000_000, 1_000_000, TimeSpan.Zero));
    }

    [Test]
    public void Add_FirstHalfSecond_TellsNoSpeed()
    {
        Send(parts: 100, size: 1_000, each: TimeSpan.FromMilliseconds(10));

        _reports.Where(report => report.SentBytes is > 0 and < 50_000).ShouldAllBe(report => report.BytesPerSecond == 0 && report.TimeLeft == null);
        var later = _reports.First(report => report.SentBytes > 60_000);
        later.BytesPerSecond.ShouldBe(100_000, tolerance: 1);
        later.TimeLeft!.Value.TotalSeconds.ShouldBe((100_000 - later.SentBytes) / 100_000.0, tolerance: 0.001);
    }

    [Test]
    public void Add_LineGetsSlower_SpeedFollowsWithinSeconds()
    {
        var meter = Meter(total: 1_000_000);
        for (var i = 0; i < 100; i++)
            Step(meter, 5_000, TimeSpan.FromMilliseconds(100)); // 50,000 a second
        for (var i = 0; i < 60; i++)
            Step(meter, 500, TimeSpan.FromMilliseconds(100)); // a tenth of it

        _reports[^1].BytesPerSecond.ShouldBe(5_000, tolerance: 100);
    }

    [Test]
    public void Add_PartsThatTakeLongerThanTheWindow_StillHaveASpeed()
    {
        var meter = Meter(total: 100_000);
        for (var i = 0; i < 3; i++)
            Step(meter, 10_000, TimeSpan.FromSeconds(20));

        _reports.Select(report => report.BytesPerSecond).ShouldBe([500.0, 500.0, 500.0]);
        _reports[^1].TimeLeft.ShouldBe(TimeSpan.FromSeconds(140));
    }

    [Test]
    public void Add_EverythingAtOnce_IsReportedOnce()
    {
        Meter(total: 10).Add(10);

        _reports.ShouldBe([new UploadProgress(10, 10, 0, TimeSpan.Zero)]); // no time went by
    }

    private UploadMeter Meter(long total) => new(new Recorder(_reports), total, _time);

    private void Send(int parts, int size, TimeSpan each)
    {
        var meter = Meter((long)parts * size);
        for (var i = 0; i < parts; i++)
            Step(meter, size, each);
    }

    private void Step(UploadMeter meter, long bytes, TimeSpan duration)
    {
        _time.Advance(duration);
        meter.Add(bytes);
    }

    private sealed class Recorder(List<UploadProgress> reports) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => reports.Add(value);
    }
}
