using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.PeerTests.Chain;

/// <summary>Every function of the real Registry that the SDK and the sandbox send or read.</summary>
public class RegistryTests : RealChainFixture
{
    private static readonly MetadataUri First = new(MetadataStorage.Ipfs, ContentId.OfFile("one"u8));
    private static readonly MetadataUri Second = new(MetadataStorage.Filecoin, ContentId.OfFile("two"u8));

    [Test]
    public async Task Organization_WithService_IsRegisteredChangedAndRead()
    {
        var (org, service) = (Bytes32.FromId("naïve-org"), Bytes32.FromId("training-demo"));
        await SendAsync(RegistryContract.CreateOrganization, org, First.ToStoredBytes(), new object[] { Consumer.Address, Provider.Address });
        await SendAsync(RegistryContract.CreateServiceRegistration, org, service, First.ToStoredBytes());
        await SendAsync(RegistryContract.UpdateServiceRegistration, org, service, Second.ToStoredBytes());

        var organization = await Chain.CallAsync(Chain.Registry, RegistryContract.GetOrganizationById, org);
        var registration = await Chain.CallAsync(Chain.Registry, RegistryContract.GetServiceRegistrationById, org, service);

        organization.ShouldBe(
            [true, org, First.ToStoredBytes(), Consumer.Address, new object[] { Consumer.Address, Provider.Address }, new object[] { service }]);
        MetadataUri.Parse((byte[])organization[2]).ShouldBe(First);
        registration[..2].ShouldBe([true, service]);
        MetadataUri.Parse((byte[])registration[2]).ShouldBe(Second);
        ((object[])(await Chain.CallAsync(Chain.Registry, RegistryContract.ListOrganizations))[0]).ShouldContain(id => Bytes32.ToText((byte[])id) == "naïve-org");
        (await Chain.CallAsync(Chain.Registry, RegistryContract.ListServicesForOrganization, org)).ShouldBe([true, new object[] { service }]);
    }

    [Test]
    public async Task Unknown_OrganizationAndService_AreNotFoundAndEmpty()
    {
        var nobody = Bytes32.FromId("nobody");

        (await Chain.CallAsync(Chain.Registry, RegistryContract.GetOrganizationById, nobody)).ShouldBe(
            [false, new byte[32], Array.Empty<byte>(), EthereumAddress.Zero, Array.Empty<object>(), Array.Empty<object>()]);
        (await Chain.CallAsync(Chain.Registry, RegistryContract.GetServiceRegistrationById, nobody, nobody)).ShouldBe([false, new byte[32], Array.Empty<byte>()]);
        (await Chain.CallAsync(Chain.Registry, RegistryContract.ListServicesForOrganization, nobody)).ShouldBe([false, Array.Empty<object>()]);
        (await ReasonAsync(Consumer, Chain.Registry, RegistryContract.CreateServiceRegistration, nobody, nobody, First.ToStoredBytes()))
            .ShouldBe("org does not exist");
    }

    private Task<TransactionReceipt> SendAsync(AbiFunction function, params object[] arguments) => Chain.SendAsync(Consumer, Chain.Registry, function, arguments);
}
