using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Services;

/// <summary>Platforms without free calls: the automatic mode pays, and nothing fails for it.</summary>
[Category("Sandbox")]
public sealed class NoFreeCallTests
{
    private static readonly JsonObject NoFreeCalls = new() { ["free_calls"] = 0, ["free_call_signer_address"] = null };

    [Test]
    public async Task CallAsync_OldDaemon_PaysAndSaysWhy()
    {
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { DaemonVersion = SandboxDaemonVersion.V5_2 });
        using var daemon = new CountingHandler();
        await using var snet = new SnetClient(Options(sandbox, daemon));
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        var first = await service.CallAsync("add", Numbers);
        var second = await service.CallAsync("add", Numbers);

        (first.Receipt!.Mode, first.Paid.Cogs, second.Paid.Cogs).ShouldBe((PaymentMode.Escrow, 5, 5));
        first.Receipt.Note.ShouldBe("No free call: the daemon is of a release before 6.0, whose free calls work otherwise");
        daemon.Paths.Count(path => path.Contains("FreeCall", StringComparison.Ordinal)).ShouldBe(1);
        var error = await Should.ThrowAsync<NoFreeCallException>(
            () => service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Free }));
        error.Reason.ShouldContain("before 6.0");
    }

    [Test]
    public async Task CallAsync_ServiceGivesNone_NothingIsAsked([Values] SandboxDaemonVersion version)
    {
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { DaemonVersion = version, Group = NoFreeCalls });
        using var daemon = new CountingHandler();
        await using var snet = new SnetClient(Options(sandbox, daemon));
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        var paid = await service.CallAsync("add", Numbers);

        (paid.Receipt!.Mode, paid.Receipt.Note, paid.Paid.Cogs).ShouldBe((PaymentMode.Escrow, null, 5));
        daemon.Paths.ShouldNotContain(path => path.Contains("FreeCall", StringComparison.Ordinal));
        var error = await Should.ThrowAsync<NoFreeCallException>(
            () => service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Free }));
        error.Reason.ShouldBe("this service gives none");
    }

    [Test]
    public async Task CallAsync_DaemonHasNoKeyForFreeCalls_PaysAndSaysWhy()
    {
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { DaemonConfig = new JsonObject { ["private_key_for_free_calls"] = null } });
        await using var snet = new SnetClient(Options(sandbox, null));
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        var paid = await service.CallAsync("add", Numbers);

        paid.Paid.Cogs.ShouldBe(5);
        paid.Receipt!.Note.ShouldStartWith("No free call: error in generating token");
    }

    [Test]
    public async Task CallAsync_UserWithoutLimit_StaysFree()
    {
        var user = PrivateKeySigner.CreateRandom();
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions
        {
            Group = new JsonObject { ["free_calls"] = 0 },
            DaemonConfig = new JsonObject { ["free_calls_per_address"] = new JsonObject { [user.Address.ToString()] = "unlimited" }, ["min_balance_for_free_call"] = 0 },
        });
        var options = Options(sandbox, null);
        options.Signer = user;
        await using var snet = new SnetClient(options);
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        for (var i = 0; i < 10; i++)
            (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Free);
    }

    private static SnetClientOptions Options(SnetSandbox sandbox, HttpMessageHandler? daemon)
    {
        var options = SnetClientOptions.FromPlatform(sandbox.Platform);
        options.DaemonHttpHandler = daemon;
        return options;
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };
}
