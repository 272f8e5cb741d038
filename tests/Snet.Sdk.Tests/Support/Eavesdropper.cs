using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace Snet.Sdk.Tests.Support;

/// <summary>Hears everything that a process tells about itself: logs of every level, activities, measurements, event sources of the runtime's HTTP client, and each exception that is thrown, be it caught or not.</summary>
internal sealed class Eavesdropper : EventListener, ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(string From, string Text)> _heard = new();
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters;

    public Eavesdropper()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded, ActivityStopped = Hear,
        };
        ActivitySource.AddActivityListener(_activities);
        _meters = new MeterListener { InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Hear("measurement", instrument.Name, Join(tags)));
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Hear("measurement", instrument.Name, Join(tags)));
        _meters.Start();
        AppDomain.CurrentDomain.FirstChanceException += Hear;
    }

    /// <summary>What was heard, and from whom: log, activity, measurement, event, exception.</summary>
    public IReadOnlyList<(string From, string Text)> Heard => [.. _heard];

    public void Hear(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
            Hear("exception", $"{e}", string.Join(' ', e.Data.Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}")), e.Message, e.HelpLink ?? string.Empty);
    }

    public void Hear(string from, params string[] texts) => _heard.Enqueue((from, string.Join(' ', texts)));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Hear("log", $"{state}");
        return null;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Hear("log", formatter(state, exception), state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(' ', values.Select(value => $"{value.Key}={value.Value}")) : $"{state}");
        if (exception is not null)
            Hear(exception);
    }

    public override void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= Hear;
        _meters.Dispose();
        _activities.Dispose();
        base.Dispose();
    }

    // The runtime's own account of requests; its internal diagnostics, which tell whole headers, are for those who debug the runtime itself.
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Http" or "System.Net.Sockets" or "System.Net.Security" or "System.Net.NameResolution")
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
        _heard?.Enqueue(("event", $"{eventData.EventName} {string.Join(' ', eventData.Payload ?? (IEnumerable<object?>)[])}"));

    private void Hear(object? sender, FirstChanceExceptionEventArgs e) => Hear(e.Exception);

    private void Hear(Activity activity) => Hear(
        "activity", activity.OperationName, activity.DisplayName, $"{activity.StatusDescription} {activity.TraceStateString}", Join([.. activity.TagObjects]),
        string.Join(' ', activity.Events.Select(e => $"{e.Name} {Join([.. e.Tags])}")), string.Join(' ', activity.Baggage));

    private static string Join(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
