using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Snet.Sdk.Diagnostics;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Diagnostics;

/// <summary>Names, units and tags are public; secrets are in none of them.</summary>
[NonParallelizable]
public sealed class TelemetryTests : PlatformTest
{
    [Test]
    public async Task PaidCalls_AreTracedAndMeasuredUnderTheirPublicNames()
    {
        var activities = new ConcurrentQueue<Activity>();
        var measured = new ConcurrentQueue<(string Name, string? Unit, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SnetDiagnostics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == SnetDiagnostics.Name)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<double>((i, value, tags, _) => measured.Enqueue((i.Name, i.Unit, value, tags.ToArray().ToDictionary())));
        meters.SetMeasurementEventCallback<long>((i, value, tags, _) => measured.Enqueue((i.Name, i.Unit, value, tags.ToArray().ToDictionary())));
        meters.Start();
        var service = Service(Connect());

        await service.CallAsync("add", new JsonObject { ["a"] = 1 });
        await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("fail", new JsonObject { ["a"] = 9 }));

        activities.Select(a => (a.OperationName, a.Kind, a.Status)).ShouldBe(
        [
            ("service.Calculator/add", ActivityKind.Client, ActivityStatusCode.Unset),
            ("service.Calculator/fail", ActivityKind.Client, ActivityStatusCode.Error),
        ]);
        measured.Where(m => m.Name == "rpc.client.call.duration").Select(m => (m.Unit, m.Tags["rpc.method"], m.Tags.GetValueOrDefault("error.type")))
            .ShouldBe([("s", "service.Calculator/add", null), ("s", "service.Calculator/fail", "service_call")]);
        measured.Single(m => m.Name == "snet.client.calls.paid").Unit.ShouldBe("{call}");
        var paid = measured.Single(m => m.Name == "snet.client.payment.amount");
        (paid.Unit, paid.Value, paid.Tags["snet.organization.id"], paid.Tags["snet.service.id"]).ShouldBe(("{cog}", 5, Platform.OrgId, Platform.ServiceId));
    }

    [Test]
    [Category("Sandbox")]
    public async Task Logs_OfAWholeTraining_TellNoKeyAndNoSignature()
    {
        using var signer = Snet.Ethereum.PrivateKey.Create();
        var key = signer.ExportHex()[2..];
        Sandbox.Chain.Fund(signer.Address, 1000, TokenAmount.FromTokens(1).Cogs);
        using var logs = new ListLogger();
        var snet = Connect(options => options.LoggerFactory = logs, Snet.Sdk.Accounts.PrivateKeySigner.FromHex(key));
        var service = Service(snet);
        var model = await service.Training.CreateModelAsync("stt", "x");
        await service.Training.TrainModelAsync(model.Id, await service.Training.TrainModelPriceAsync(model.Id));
        await service.CallAsync("add", new JsonObject());

        logs.Lines.ShouldContain(line => line.StartsWith("2002 ", StringComparison.Ordinal), "ChannelFunded keeps its number");
        logs.Lines.ShouldContain(line => line.StartsWith("1001 ", StringComparison.Ordinal), "CallPaid keeps its number");
        foreach (var line in logs.Lines)
        {
            line.ShouldNotContain(key, Case.Insensitive);
            System.Text.RegularExpressions.Regex.IsMatch(line, "[0-9a-fA-F]{128,}").ShouldBeFalse($"a signature? {line}");
        }

        snet.Options.Signer!.ToString()!.ShouldNotContain(key, Case.Insensitive);
        Platform.ToString().ShouldNotContain(Platform.Keys[0][2..], Case.Insensitive);
    }

    private sealed class ListLogger : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
