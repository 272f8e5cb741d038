using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Platform;
using Snet.Sdk.Services;

namespace Snet.Sdk.Tests.Guides;

/// <summary>Publishes the metadata of a sandbox's service anew, as a provider does. Its daemon goes on with what it read at its start.</summary>
internal static class Publication
{
    public static async Task PublishAsync(this SnetSandbox sandbox, Action<JsonObject> changeService, Action<JsonObject>? changeOrganization = null)
    {
        var platform = sandbox.Platform;
        var archive = sandbox.Storage.Add(PlatformMetadata.ProtoArchive(dynamicPricing: false));
        var (organization, service) = (
            PlatformMetadata.Organization(threshold: 40_320), PlatformMetadata.Service(platform.Daemon, platform.Mpe, archive, changes: null));
        changeService(service);
        changeOrganization?.Invoke(organization);
        using var publisher = new Publisher(platform.Rpc);
        await publisher.PublishAsync(OutsideChain.Default, platform.ChainId, sandbox.Storage, organization, service, CancellationToken.None);
    }

    public static SnetClient Connect(this SnetSandbox sandbox, Action<SnetClientOptions>? change = null)
    {
        var options = SnetClientOptions.FromPlatform(sandbox.Platform);
        options.PaymentMode = PaymentMode.Escrow; // free calls have tests of their own
        change?.Invoke(options);
        return new SnetClient(options);
    }

    public static ServiceClient Service(this SnetClient client, SnetSandbox sandbox) =>
        client.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);
}
