using Snet.Sdk.Discovery;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Guides;

public sealed class DiscoveryTests : PlatformTest
{
    [Test]
    public async Task Registry_WithoutSigner_ListsAndDescribes()
    {
        var options = SnetClientOptions.FromPlatform(Platform);
        options.Signer = null;
        var registry = Own(new SnetClient(options)).Registry;

        (await registry.ListOrganizationsAsync().ToListAsync()).ShouldContain(Platform.OrgId);
        (await registry.ListServicesAsync(Platform.OrgId).ToListAsync()).ShouldContain(Platform.ServiceId);
        var organization = await registry.GetOrganizationAsync(Platform.OrgId);
        var service = await registry.GetServiceAsync(Platform.OrgId, Platform.ServiceId);

        organization.Groups.Single(group => group.Name == Platform.GroupName).PaymentAddress.ShouldBe(Platform.Recipient);
        service.Groups.Single(group => group.Name == Platform.GroupName).Endpoints.ShouldContain(Platform.Daemon);
        await Should.ThrowAsync<MetadataException>(async () => await registry.ListServicesAsync("nobody").ToListAsync());
        await Should.ThrowAsync<MetadataException>(() => registry.GetOrganizationAsync("nobody"));
        await Should.ThrowAsync<MetadataException>(() => registry.GetServiceAsync(Platform.OrgId, "nothing"));
    }
}
