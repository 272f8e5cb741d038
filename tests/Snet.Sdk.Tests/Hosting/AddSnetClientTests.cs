using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Snet.Sdk.Hosting;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Hosting;

public sealed class AddSnetClientTests : PlatformTest
{
    [Test]
    public async Task AddSnetClient_Twice_OneClientForAllAndItWorks()
    {
        var services = new ServiceCollection();
        services.AddSnetClient(options => Copy(SnetClientOptions.FromPlatform(Platform), options));
        services.AddSnetClient(_ => throw new InvalidOperationException("The first registration stands."));
        await using var provider = services.BuildServiceProvider();

        var snet = provider.GetRequiredService<SnetClient>();

        snet.ShouldBeSameAs(provider.GetRequiredService<SnetClient>());
        await using var service = snet.GetServiceClient(Platform.OrgId, Platform.ServiceId);
        (await service.GetMetadataAsync()).ServiceId.ShouldBe(Platform.ServiceId);
    }

    [Test]
    public void AddSnetClient_OptionsMissing_SaysSoWhenTheClientIsAskedFor()
    {
        using var provider = new ServiceCollection().AddSnetClient(_ => { }).BuildServiceProvider();

        Should.Throw<ArgumentException>(() => provider.GetRequiredService<SnetClient>()).Message.ShouldContain(nameof(SnetClientOptions.RpcEndpoints));
    }

    [Test]
    public async Task Clients_InUsersTests_CanBeStoodInFor()
    {
        var service = Substitute.For<ServiceClient>();
        var answer = new CallResult<JsonObject>(new JsonObject { ["value"] = 3 }, TokenAmount.Zero, null, new Dictionary<string, string>());
        service.CallAsync("add", Arg.Any<JsonObject>()).Returns(answer);
        var snet = Substitute.For<SnetClient>();
        snet.GetServiceClient("org", "service").Returns(service);

        JsonObject reply = await snet.GetServiceClient("org", "service").CallAsync("add", new JsonObject());

        reply["value"]!.GetValue<int>().ShouldBe(3);
    }

    private static void Copy(SnetClientOptions from, SnetClientOptions to) =>
        (to.Network, to.RpcEndpoints, to.Signer) = (from.Network, from.RpcEndpoints, from.Signer);
}
