using Snet.Protocol;
using Snet.Sdk.Sandbox;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>The sandbox without its own chain: storage, daemon and provider beside the platform's own contracts.</summary>
[Category("Peer")]
public class SandboxOnRealChainTests
{
    [Test]
    public async Task StartAsync_RealNode_PublishesOrganizationAndServiceThere()
    {
        await using var chain = await RealChain.StartAsync();

        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { ChainEndpoint = chain.Rpc, Outside = chain.Outside });

        var (org, service) = (Bytes32.FromId(sandbox.Platform.OrgId), Bytes32.FromId(sandbox.Platform.ServiceId));
        var registration = await chain.CallAsync(chain.Registry, RegistryContract.GetServiceRegistrationById, org, service);
        registration[0].ShouldBe(true);
        MetadataUri.Parse((byte[])registration[2]).Storage.ShouldBe(MetadataStorage.Ipfs);
        sandbox.Platform.Mpe.ShouldBe(chain.Mpe);
        sandbox.Platform.Rpc.ShouldBe(chain.Rpc);
        sandbox.Platform.ChainId.ShouldBe((long)chain.ChainId);
    }
}
