using System.Collections;
using System.Numerics;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>The steps that call the daemon: rpc, start, finish, cancel.</summary>
internal sealed class CallSteps(ScenarioPlatform platform, Variables variables, Values values, CallExpectation expectation) : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    // A call that was started is well under way when the next step comes: a message each 200 ms, say, has come once.
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<string, (string Method, RunningCall Call)> _running = new(StringComparer.Ordinal);

    /// <summary>Makes one call and compares what came; within a time limit it is repeated until it fits.</summary>
    public async Task CallAsync(Members step)
    {
        var plan = Plan(step);
        var expected = step.MaybeObject("expect");
        var save = step.MaybeObject("save");
        var limit = platform.Clock.Time.GetUtcNow() + (Milliseconds(step, "withinMs") ?? TimeSpan.Zero);
        while (true)
        {
            using var call = new RunningCall(platform, plan);
            var outcome = await FinishAsync(call);
            if (expectation.Compare(plan.Method, expected, outcome) is not { } problem)
            {
                Save(plan.Method, save, outcome);
                return;
            }

            if (platform.Clock.Time.GetUtcNow() >= limit)
                throw new ScenarioException($"{plan.Method}: {problem}");
            await platform.Clock.PassAsync(Retry);
        }
    }

    /// <summary>Starts a call that goes on beside the next steps.</summary>
    public async Task StartAsync(Members step)
    {
        var name = step.Text("name");
        var plan = Plan(step) with { Hold = step.Flag("hold") };
        var call = new RunningCall(platform, plan);
        if (!_running.TryAdd(name, (plan.Method, call)))
            throw new ScenarioException($"a call '{name}' is running already");
        await call.ArriveAsync();
        await platform.Clock.PassAsync(HeadStart);
    }

    /// <summary>Waits for a call's end and compares what came.</summary>
    public async Task FinishAsync(Members step)
    {
        var (method, call) = Running(step);
        call.Release();
        var outcome = await FinishAsync(call);
        if (expectation.Compare(method, step.MaybeObject("expect"), outcome) is { } problem)
            throw new ScenarioException($"{method}: {problem}");
        Save(method, step.MaybeObject("save"), outcome);
        _running.Remove(step.Text("name"));
        call.Dispose();
    }

    /// <summary>Cancels a call.</summary>
    public Task CancelAsync(Members step)
    {
        Running(step).Call.Cancel();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, call) in _running.Values)
            call.Dispose();
    }

    private (string Method, RunningCall Call) Running(Members step) => _running.TryGetValue(step.Text("name"), out var running)
        ? running
        : throw new ScenarioException($"no call '{step.Text("name")}' is running");

    private async Task<CallOutcome> FinishAsync(RunningCall call)
    {
        await platform.Clock.WaitForAsync(call.Outcome);
        return await call.Outcome;
    }

    private CallPlan Plan(Members step)
    {
        var method = step.Text("method");
        step.Flag("stream"); // every call is made as a stream, so nothing hangs on it
        var requests = step.Has("requests") ? step.List("requests") : [step.Need("request").DeepClone()];
        return new CallPlan(
            method,
            Headers(step.MaybeObject("headers") ?? []),
            [.. requests.Select(request => Messages.Request(method, request!, values))],
            Milliseconds(step, "deadlineMs"),
            Milliseconds(step, "pauseMs") ?? TimeSpan.Zero,
            step.Take("mineBetween") is { } blocks ? values.Number(blocks) : BigInteger.Zero,
            Hold: false);
    }

    private TimeSpan? Milliseconds(Members step, string name) =>
        step.Take(name) is { } time ? TimeSpan.FromMilliseconds((double)values.Number(time)) : null;

    private GrpcMetadata Headers(JsonObject headers)
    {
        var metadata = new GrpcMetadata();
        foreach (var (name, value) in headers)
        {
            var all = value is JsonArray list ? list.Select(item => item!) : [value!];
            foreach (var one in all)
                RepeatedHeaders.Add(metadata, name, name.EndsWith("-bin", StringComparison.Ordinal) ? values.Bytes(one) : values.Text(one));
        }

        return metadata;
    }

    // "model": "model_id" keeps a field; "bytes:" and "utf8:" in front of the path make bytes of it.
    private void Save(string method, JsonObject? save, CallOutcome outcome)
    {
        foreach (var (name, path) in save ?? [])
        {
            var parts = path!.GetValue<string>().Split(':');
            var field = Field(Messages.Response(method, outcome.Messages.Single()), parts[^1]);
            variables.Save(name, (parts, field) switch
            {
                ({ Length: 1 }, not ByteString) => Convert.ToString(field, System.Globalization.CultureInfo.InvariantCulture)!,
                (["bytes", _], ByteString bytes) => bytes.ToByteArray(),
                (["utf8", _], string text) => System.Text.Encoding.UTF8.GetBytes(text),
                _ => throw new ScenarioException($"'{path}' cannot be saved"),
            });
        }
    }

    private static object Field(IMessage message, string path)
    {
        object value = message;
        foreach (var name in path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
        {
            if (value is IList list)
            {
                value = int.TryParse(name, out var place) && place < list.Count
                    ? list[place]!
                    : throw new ScenarioException($"the list has {list.Count} elements, and '{path}' is none of them");
                continue;
            }

            var field = (value as IMessage)?.Descriptor.FindFieldByName(name) ?? throw new ScenarioException($"there is no field '{path}' to save");
            value = field.Accessor.GetValue((IMessage)value) ?? throw new ScenarioException($"'{path}' is absent and cannot be saved");
        }

        return value;
    }
}
