using System.Text.Json.Nodes;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Services;

/// <summary>Two processes pay from one channel of one account at the same time, and recover from each other.</summary>
[TestFixture(SandboxDaemonVersion.V5_2)]
[TestFixture(SandboxDaemonVersion.V6_2)]
public sealed class TwoProcessTests(SandboxDaemonVersion version) : PlatformTest(version)
{
    private const int CallsEach = 20;

    [Test]
    public async Task CallAsync_TwoClientsOfOneAccountAtOnce_AllSucceedAndEachIsPaidOnce()
    {
        var signer = NewSigner();
        var first = Service(Connect(options => options.Funding = new() { CallsAhead = 3 * CallsEach }, signer));
        await first.CallAsync("add", Numbers); // the channel is there
        var second = Service(Connect(signer: signer));

        var results = await Task.WhenAll(
            Enumerable.Range(0, 2 * CallsEach).Select(i => (i % 2 == 0 ? first : second).CallAsync("add", Numbers)));

        results.ShouldAllBe(result => result.Paid.Cogs == 5);
        results.Select(result => result.Receipt!.AmountAfter.Cogs).Order()
            .ShouldBe(Enumerable.Range(2, 2 * CallsEach).Select(i => new System.Numerics.BigInteger(5 * i)));
        var last = await Service(Connect(signer: signer)).CallAsync("add", Numbers);
        last.Receipt!.AmountBefore.Cogs.ShouldBe(5 * (1 + (2 * CallsEach)));
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };
}
