using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Builders;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Makes one test case for each scenario of the fixture's file, named by id and version.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScenarioCasesAttribute : NUnitAttribute, ITestBuilder
{
    /// <inheritdoc/>
    public IEnumerable<TestMethod> BuildFrom(IMethodInfo method, Test? suite)
    {
        var (path, version) = ((string)suite!.Arguments[0]!, (string)suite.Arguments[1]!);
        var builder = new NUnitTestCaseBuilder();
        foreach (var scenario in ScenarioSuite.File(path).Scenarios)
            yield return builder.BuildTestMethod(method, suite, new TestCaseParameters([scenario.Id]) { TestName = $"{scenario.Id} on {version}" });
    }
}
