using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Snet.Sdk.Accounts;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Guides;

/// <summary>Whoever sets a key and a node, and nothing else, never meets the word channel: not when all goes well, and not in what usually goes wrong.</summary>
[Category("Sandbox")]
public sealed class NewcomerTests : PlatformTest
{
    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [Test]
    public async Task DefaultOptions_CallsAndWhatUsuallyGoesWrong_SayNothingOfChannels()
    {
        using var logs = new CollectingLogs { Level = LogLevel.Information };
        List<string> said = [];
        var rich = Service(Newcomer(logs, NewSigner()));

        for (var i = 0; i < 15; i++)
            said.Add($"{(await rich.CallAsync("add", Numbers)).Receipt!.Note}");
        await FailsAsync(() => Service(Newcomer(logs, NewSigner(tokens: 0))).CallAsync("add", Numbers));
        await FailsAsync(() => Service(Newcomer(logs, PrivateKeySigner.CreateRandom())).CallAsync("add", Numbers));
        await FailsAsync(() => Service(Newcomer(logs, null)).CallAsync("add", Numbers));
        await FailsAsync(() => rich.CallAsync("fail", new JsonObject { ["a"] = 13 }));
        await FailsAsync(() => rich.CallAsync("no such method", Numbers));
        using (Sandbox.Daemon.Faults.CutNextAnswer())
            await FailsAsync(() => rich.CallAsync("add", Numbers));
        using (var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100)))
            await FailsAsync(() => rich.CallAsync("wait", new JsonObject { ["a"] = 2_000 }, cancellationToken: giveUp.Token));
        using (Sandbox.Daemon.Faults.Stop())
            await FailsAsync(() => rich.CallAsync("add", Numbers));
        using (Sandbox.Daemon.Faults.ChangePrice(50))
            await FailsAsync(() => rich.CallAsync("add", Numbers));
        using (Sandbox.Chain.Faults.RefuseNextRequest(500, times: Fault.UntilLifted))
            await FailsAsync(() => Service(Newcomer(logs, NewSigner())).CallAsync("add", Numbers));
        await FailsAsync(() => rich.Training.TrainModelAsync("no such model", TokenAmount.FromCogs(1)));

        said.Concat(logs.Lines).ShouldAllBe(text => !text.Contains("channel", StringComparison.OrdinalIgnoreCase));
        logs.Lines.ShouldNotBeEmpty();

        async Task FailsAsync(Func<Task> call) => said.Add((await Should.ThrowAsync<Exception>(call)).Message);
    }

    private SnetClient Newcomer(ILoggerFactory logs, ISigner? signer)
    {
        var options = SnetClientOptions.FromPlatform(Platform);
        (options.Signer, options.LoggerFactory, options.TimeProvider) = (signer, logs, new Histories.HastyTime());
        return Own(new SnetClient(options));
    }
}
