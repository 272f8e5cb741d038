namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Tells at the end how many scenarios held.</summary>
[SetUpFixture]
internal sealed class ScenarioCount
{
    private static int _passed;

    /// <summary>Counts one that held.</summary>
    public static void Passed() => Interlocked.Increment(ref _passed);

    [OneTimeTearDown]
    public void Tell() => TestContext.Progress.WriteLine($"Scenarios: {_passed} of {ScenarioSuite.Count} hold.");
}
