using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Grpc;
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
    public async Task PaymentHandler_AnotherLibrarysCalls_AreToldLikeOurOwn()
    {
        using var logs = new CollectingLogs();
        var names = new ConcurrentQueue<string>();
        var errors = new ConcurrentQueue<object?>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, l) => l.EnableMeasurementEvents(instrument) };
        meters.SetMeasurementEventCallback<long>((instrument, _, _, _) => names.Enqueue(instrument.Name));
        meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (instrument.Name == "rpc.client.call.duration")
                errors.Enqueue(tags.ToArray().ToDictionary().GetValueOrDefault("error.type"));
        });
        meters.Start();
        using var handler = Service(Connect(options => options.LoggerFactory = logs)).CreatePaymentHandler();
        using var channel = new GrpcChannel(Platform.Daemon, handler);

        await channel.UnaryAsync("/service.Calculator/add", ReadOnlyMemory<byte>.Empty, null, default);
        await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/service.Calculator/fail", new global::Service.Numbers { A = 5 }.ToByteArray(), null, default));

        logs.Lines.Where(line => line.StartsWith("1001 ", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("Called /service.Calculator/add for 5 cogs (Escrow).");
        names.Count(name => name == "snet.client.calls.paid").ShouldBe(1);
        errors.ShouldBe([null, "service_call"]);
    }

    [Test]
    [Category("Sandbox")]
    public async Task Logs_OfAPaidCall_KeepTheirNumbers()
    {
        using var logs = new CollectingLogs();

        await Service(Connect(options => options.LoggerFactory = logs)).CallAsync("add", new JsonObject());

        foreach (var number in (int[])[1001, 2001, 2002, 3001, 3002, 3007])
            logs.Lines.ShouldContain(line => line.StartsWith($"{number} ", StringComparison.Ordinal));
    }
}
