using System.Text.Json.Nodes;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Services;

/// <summary>Requests are counted on the wire: what a user waits for.</summary>
[Category("Sandbox")]
public sealed class RequestCountTests : PlatformTest
{
    private StrictNode _node = null!;
    private CountingHandler _storage = null!, _daemon = null!;

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [SetUp]
    public void MakeHandlers() => (_node, _storage, _daemon) = (new StrictNode(), new CountingHandler(), new CountingHandler());

    [TearDown]
    public void RemoveHandlers()
    {
        _node.Dispose();
        _storage.Dispose();
        _daemon.Dispose();
    }

    [Test]
    public async Task CreateServiceClientAsync_Cold_TakesTwoNodeAndThreeStorageRequests()
    {
        var snet = Connect(Count);

        await using var service = await snet.CreateServiceClientAsync(Platform.OrgId, Platform.ServiceId);

        _node.Requests.ShouldBe(["eth_call", "eth_call"]);
        _storage.Count.ShouldBe(3);
        _daemon.Count.ShouldBe(0);
    }

    [Test]
    public async Task CallAsync_FirstOnAnExistingChannel_TakesThreeNodeAndTwoDaemonRequests()
    {
        var service = await AgainAsync();

        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);

        _node.Requests.Order().ShouldBe(["eth_call", "eth_chainId+eth_getBlockByNumber", "eth_getLogs"]);
        _node.Requests[^1].ShouldBe("eth_call"); // the other two go out together
        _daemon.Paths.ShouldBe(["/escrow.PaymentChannelStateService/GetChannelState", "/service.Calculator/add"]);
    }

    [Test]
    public async Task CallAsync_FirstOnAnExistingChannelAndTheNodeTakesNoBatches_TakesOneMore()
    {
        _node.RefusesBatches = true;
        var service = await AgainAsync();

        await service.CallAsync("add", Numbers);

        _node.Requests.Count(request => !request.Contains('+', StringComparison.Ordinal)).ShouldBe(4);
    }

    [Test]
    public async Task CallAsync_FirstOfAnAccountWithSeveralChannels_TakesAsMany()
    {
        var service = await AgainAsync(channels: 5);

        await service.CallAsync("add", Numbers);

        _node.Requests.Count.ShouldBe(3);
        _daemon.Count.ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_FateIsOpen_TakesOneDaemonRequestMore()
    {
        var service = await AgainAsync();
        await service.CallAsync("add", Numbers);
        using (Sandbox.Daemon.Faults.CutNextAnswer())
            await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers));
        _node.Clear();
        _daemon.Clear();

        await service.CallAsync("add", Numbers);

        _node.Requests.ShouldBeEmpty();
        _daemon.Paths.ShouldBe(["/service.Calculator/add"]); // asked when it happened
    }

    [Test]
    public async Task CallAsync_FirstNineAtOnce_TakeOneSearchAndOneState()
    {
        var service = await AgainAsync();

        await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => service.CallAsync("add", Numbers))); // what the channel is filled for

        _node.Requests.Order().ShouldBe(["eth_call", "eth_chainId+eth_getBlockByNumber", "eth_getLogs"]);
        _daemon.Count.ShouldBe(10);
    }

    private void Count(SnetClientOptions options) =>
        (options.NodeHttpHandler, options.StorageHttpHandler, options.DaemonHttpHandler) = (_node, _storage, _daemon);

    // A new client of an account that has paid before; it knows the service, and no channel.
    private async Task<ServiceClient> AgainAsync(int channels = 1)
    {
        var signer = NewSigner();
        var before = Service(Connect(signer: signer));
        await before.CallAsync("add", Numbers);
        for (var i = 1; i < channels; i++)
            await before.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(10));
        var service = Service(Connect(Count, signer));
        await service.GetMetadataAsync();
        _node.Clear();
        _storage.Clear();
        _daemon.Clear();
        return service;
    }
}
