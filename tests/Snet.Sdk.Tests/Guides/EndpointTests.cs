using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Snet.Sdk.Discovery;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Guides;

/// <summary>Any node, any storage and any of the group's endpoints will do; the next is used when one is dead.</summary>
[Category("Sandbox")]
public sealed class EndpointTests
{
    private static readonly WaitOptions Quick = new() { PollInterval = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(30) };
    private SnetSandbox _sandbox = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _sandbox = await SnetSandbox.StartAsync();
        _sandbox.Provider.ValidationTime = _sandbox.Provider.TrainingTime = TimeSpan.FromMilliseconds(50);
    }

    [TearDown]
    public async Task StopAsync() => await _sandbox.DisposeAsync();

    [Test]
    public async Task CallAsync_FirstEndpointDead_TheSecondServesEvenTheFirstPaidCall()
    {
        await PublishDeadEndpointFirstAsync();
        await using var snet = _sandbox.Connect();
        await using var service = snet.Service(_sandbox);

        var first = await service.CallAsync("add", Numbers);
        var second = await service.CallAsync("add", Numbers);

        (first.Receipt!.AmountAfter.Cogs, second.Receipt!.AmountAfter.Cogs).ShouldBe((5, 10));
    }

    [Test]
    public async Task Pipeline_FirstEndpointDead_TheSecondServesEveryStep()
    {
        await PublishDeadEndpointFirstAsync();
        await using var snet = _sandbox.Connect();
        await using var service = snet.Service(_sandbox);

        var model = await service.Training.CreateModelAsync("stt", "x");
        await service.Training.UploadAndValidateAsync(model.Id, TestDatasets.Good(), TokenAmount.FromCogs(7));
        await service.Training.WaitForStatusAsync(model.Id, ModelStatus.Validated, Quick);
        await service.Training.TrainModelAsync(model.Id, TokenAmount.FromCogs(11));

        (await service.Training.WaitForStatusAsync(model.Id, ModelStatus.ReadyToUse, Quick)).Id.ShouldBe(model.Id);
    }

    [Test]
    public async Task Client_DaemonIsRestarted_ConnectsAgainByItself()
    {
        using var proxy = new TcpProxy(_sandbox.Platform.Daemon);
        await _sandbox.PublishAsync(service => service["groups"]![0]!["endpoints"] = new JsonArray(proxy.Endpoint.ToString()));
        await using var snet = _sandbox.Connect(options => options.MaxRetries = 1);
        await using var service = snet.Service(_sandbox);
        var model = await service.Training.CreateModelAsync("stt", "x");
        await service.CallAsync("add", Numbers);

        proxy.Stop();
        await Should.ThrowAsync<ServiceUnavailableException>(() => service.Training.GetModelAsync(model.Id));
        await Should.ThrowAsync<ServiceUnavailableException>(() => service.CallAsync("add", Numbers));
        proxy.Start();

        (await service.Training.GetModelAsync(model.Id)).Id.ShouldBe(model.Id);
        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task CreateServiceClientAsync_GroupName_ItsEndpointsAreUsed()
    {
        await _sandbox.PublishAsync(
            service => service["groups"]!.AsArray().Add(Another(service["groups"]![0]!, group => group["endpoints"] = new JsonArray(DeadEndpoint().ToString()))),
            organization => organization["groups"]!.AsArray().Add(Another(organization["groups"]![0]!)));
        await using var snet = _sandbox.Connect(options => options.MaxRetries = 0);

        await using var standard = await snet.CreateServiceClientAsync(_sandbox.Platform.OrgId, _sandbox.Platform.ServiceId);
        await using var named = await CreateAsync("default_group");
        await using var another = await CreateAsync("another");

        (await standard.Training.IsAvailableAsync()).ShouldBeTrue();
        (await named.Training.IsAvailableAsync()).ShouldBeTrue();
        await Should.ThrowAsync<ServiceUnavailableException>(() => another.Training.IsAvailableAsync());

        Task<ServiceClient> CreateAsync(string group) => snet.CreateServiceClientAsync(
            _sandbox.Platform.OrgId, _sandbox.Platform.ServiceId, new ServiceClientOptions { GroupName = group });
    }

    [Test]
    public async Task RpcEndpoints_FirstDead_TheSecondServes()
    {
        await using var snet = _sandbox.Connect(options => options.RpcEndpoints = [DeadEndpoint(), _sandbox.Platform.Rpc]);
        await using var service = snet.Service(_sandbox);

        (await service.CallAsync("add", Numbers)).Paid.Cogs.ShouldBe(5);
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task Storage_AnswersOneMethodOnly_IsReadAllTheSame(bool post, bool get)
    {
        (_sandbox.Storage.AnswersPost, _sandbox.Storage.AnswersGet) = (post, get);
        await using var snet = _sandbox.Connect();
        await using var service = snet.Service(_sandbox);

        (await service.GetMethodsAsync()).Select(method => method.Name).ShouldContain("stt");
    }

    [Test]
    public async Task Storage_AnswersNothing_IsAMetadataError()
    {
        (_sandbox.Storage.AnswersPost, _sandbox.Storage.AnswersGet) = (false, false);
        await using var snet = _sandbox.Connect();
        await using var service = snet.Service(_sandbox);

        (await Should.ThrowAsync<MetadataException>(() => service.GetMethodsAsync())).Message.ShouldContain(nameof(SnetClientOptions.IpfsEndpoint));
    }

    private Task PublishDeadEndpointFirstAsync() => _sandbox.PublishAsync(service =>
        service["groups"]![0]!["endpoints"] = new JsonArray(DeadEndpoint().ToString(), _sandbox.Platform.Daemon.ToString()));

    private static JsonNode Another(JsonNode group, Action<JsonNode>? change = null)
    {
        var copy = group.DeepClone();
        (copy["group_name"], copy["group_id"]) = ("another", Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()));
        change?.Invoke(copy);
        return copy;
    }

    private static Uri DeadEndpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };
}
