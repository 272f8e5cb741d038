namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Plays what the real daemon answered, to the letter: every scenario of a file on one platform, one after another.</summary>
[TestFixtureSource(typeof(ScenarioSuite), nameof(ScenarioSuite.Platforms))]
[Parallelizable(ParallelScope.Self)]
internal sealed class ScenarioTests(string path, string version)
{
    private ScenarioPlatform? _platform;

    [ScenarioCases]
    public async Task Play(string id)
    {
        var file = ScenarioSuite.File(path);
        _platform ??= await ScenarioPlatform.StartAsync(file, version);
        using var run = new ScenarioRun(_platform);
        await run.PlayAsync(file.Scenarios.Single(scenario => scenario.Id == id));
        ScenarioCount.Passed(path);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_platform is not null)
            await _platform.DisposeAsync();
    }
}
