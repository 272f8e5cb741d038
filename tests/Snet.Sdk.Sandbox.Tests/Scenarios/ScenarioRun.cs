using System.Text.Json.Nodes;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Plays one scenario on a platform: step by step, each by its name.</summary>
internal sealed class ScenarioRun : IDisposable
{
    private readonly ScenarioPlatform _platform;
    private readonly Actors _actors = new();
    private readonly Variables _variables;
    private readonly Values _values;
    private readonly Matcher _matcher;
    private readonly Signing _signing;
    private readonly ChainSteps _chain;
    private readonly CallSteps _calls;

    /// <summary>Makes one; its variables and new keys are its own.</summary>
    public ScenarioRun(ScenarioPlatform platform)
    {
        _platform = platform;
        _variables = new Variables(platform.Contracts, ScenarioPlatform.GroupId, _actors);
        _values = new Values(_variables, _actors);
        _matcher = new Matcher(_values);
        _signing = new Signing(_actors, _variables, _values);
        _chain = new ChainSteps(platform, _actors, _variables, _values, _matcher);
        _calls = new CallSteps(platform, _variables, _values, new CallExpectation(_matcher, new MessageMatcher(_matcher, _values)));
    }

    /// <summary>Plays it.</summary>
    /// <exception cref="ScenarioException">A step did not hold or is not known; the message names it.</exception>
    public async Task PlayAsync(Scenario scenario)
    {
        for (var i = 0; i < scenario.Steps.Count; i++)
        {
            var json = scenario.Steps[i];
            var name = json["step"]?.ToString() ?? "nameless";
            var where = $"{scenario.Id} ({scenario.Title}), step {i + 1} of {scenario.Steps.Count}, {name}";
            try
            {
                _variables.Block = await _platform.Ethereum.GetBlockNumberAsync(CancellationToken.None);
                var step = new Members("the step", json);
                await RunAsync(step.Text("step"), step);
                step.End();
            }
            catch (Exception e)
            {
                throw new ScenarioException($"{where}: {e.Message}\n{Cut(json.ToJsonString())}", e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _calls.Dispose();
        _actors.Dispose();
    }

    private Task RunAsync(string name, Members step) => name switch
    {
        "mine" => _chain.MineAsync(step),
        "wait" => _platform.Clock.PassAsync(TimeSpan.FromMilliseconds((double)_values.Number(step.Need("ms")))),
        "let" => Now(() => Let(step.Object("vars"))),
        "actor" => _chain.CreateActorAsync(step),
        "deposit" => _chain.DepositAsync(step),
        "open" => _chain.OpenAsync(step),
        "extend" => _chain.ExtendAsync(step),
        "addFunds" => _chain.AddFundsAsync(step),
        "claimTimeout" => _chain.ClaimTimeoutAsync(step),
        "claim" => _chain.ClaimAsync(step),
        "channel" => _chain.ReadChannelAsync(step),
        "sign" => Now(() => _signing.Sign(step)),
        "bytes" => Now(() => _signing.Bytes(step)),
        "jwt" => Now(() => _signing.Jwt(step)),
        "auth" => Now(() => _signing.Authorize(step)),
        "provider" => Now(() => Provider(step)),
        "rpc" => _calls.CallAsync(step),
        "start" => _calls.StartAsync(step),
        "finish" => _calls.FinishAsync(step),
        "cancel" => _calls.CancelAsync(step),
        "http" => HttpAsync(step),
        _ => throw new ScenarioException("this is a step that the replayer does not know"),
    };

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private void Let(JsonObject vars)
    {
        foreach (var (name, value) in vars)
            _variables.Save(name, _values.Any(value!));
    }

    private void Provider(Members step)
    {
        var known = _platform.DescribeModel(_values.Text(step.Need("model")));
        Check(_matcher.Json("the provider's model", step.Object("expect"), known));
    }

    private async Task HttpAsync(Members step)
    {
        var (status, text) = await _platform.HttpAsync(step.Has("method") ? step.Text("method") : "GET", step.Text("path"));
        var expected = new Members("the expectation", step.MaybeObject("expect") ?? new JsonObject { ["status"] = 200 });
        if (expected.Count("status") is { } wanted && wanted != status)
            throw new ScenarioException($"the status is {status} and not {wanted}");
        if (expected.Take("text") is { } body)
            Check(_matcher.Text("the text", body, text));
        if (expected.Take("json") is { } json)
            Check(_matcher.Json("the JSON", json, JsonNode.Parse(text)));
        expected.End();
    }

    private static void Check(string? problem)
    {
        if (problem is not null)
            throw new ScenarioException(problem);
    }

    private static string Cut(string text) => text.Length <= 1500 ? text : text[..1500] + "…";
}
