using System.Numerics;
using System.Text;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>What the vector files do not hold of the Registry and the token: rights, changes and removals.</summary>
internal sealed class RegistryAndTokenTests
{
    private static readonly byte[] Org = Bytes32.FromId("org");
    private static readonly byte[] Uri = Encoding.ASCII.GetBytes("ipfs://x");

    [Test]
    public async Task Registry_StrangerChangesAnOrganization_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        using var owner = node.Fund();
        using var stranger = node.Fund();
        await node.SendAsync(owner, Network.Registry, RegistryContract.CreateOrganization.Encode(Org, Uri, Array.Empty<object>()));

        (await RefusalAsync(node, stranger, RegistryContract.CreateOrganization.Encode(Org, Uri, Array.Empty<object>()))).ShouldBe("org already exists");
        (await RefusalAsync(node, stranger, SandboxRegistry.ChangeOrganizationMetadataUri.Encode(Org, Uri))).ShouldBe("unauthorized invocation");
        (await RefusalAsync(node, stranger, RegistryContract.CreateServiceRegistration.Encode(Org, Org, Uri))).ShouldBe("unauthorized invocation");
        (await RefusalAsync(node, owner, RegistryContract.UpdateServiceRegistration.Encode(Org, Org, Uri))).ShouldBe("service does not exist");
    }

    [Test]
    public async Task Registry_MemberMayAddServices_ButNotChangeTheOrganization()
    {
        await using var node = await TestNode.StartAsync();
        using var owner = node.Fund();
        using var member = node.Fund();
        await node.SendAsync(owner, Network.Registry, RegistryContract.CreateOrganization.Encode(Org, Uri, new object[] { member.Address, member.Address }));

        await node.SendAsync(member, Network.Registry, RegistryContract.CreateServiceRegistration.Encode(Org, Bytes32.FromId("a"), Uri));

        (await RefusalAsync(node, member, SandboxRegistry.ChangeOrganizationMetadataUri.Encode(Org, Uri))).ShouldBe("unauthorized invocation");
        var found = await node.ReadAsync(Network.Registry, RegistryContract.GetOrganizationById, Org);
        ((object[])found[4]).ShouldBe([member.Address]);
        (await RefusalAsync(node, member, RegistryContract.CreateServiceRegistration.Encode(Org, Bytes32.FromId("a"), Uri))).ShouldBe("service already exists");
    }

    [Test]
    public async Task Registry_ServiceDeleted_LastOneTakesItsPlace()
    {
        await using var node = await TestNode.StartAsync();
        using var owner = node.Fund();
        await node.SendAsync(owner, Network.Registry, RegistryContract.CreateOrganization.Encode(Org, Uri, Array.Empty<object>()));
        foreach (var id in new[] { "a", "b", "c" })
            await node.SendAsync(owner, Network.Registry, RegistryContract.CreateServiceRegistration.Encode(Org, Bytes32.FromId(id), Uri));

        var hash = await node.SendAsync(owner, Network.Registry, new AbiFunction("deleteServiceRegistration(bytes32,bytes32)").Encode(Org, Bytes32.FromId("a")));

        var services = (object[])(await node.ReadAsync(Network.Registry, RegistryContract.ListServicesForOrganization, Org))[1];
        services.Select(id => Bytes32.ToText((byte[])id)).ShouldBe(["c", "b"]);
        (await node.ReadAsync(Network.Registry, RegistryContract.GetServiceRegistrationById, Org, Bytes32.FromId("a")))[0].ShouldBe(false);
        (await node.ReceiptAsync(hash)).GetProperty("logs")[0].GetProperty("topics").GetArrayLength().ShouldBe(3);
    }

    [Test]
    public async Task Registry_OrganizationDeleted_ItsServicesGoWithIt()
    {
        await using var node = await TestNode.StartAsync();
        using var owner = node.Fund();
        await node.SendAsync(owner, Network.Registry, RegistryContract.CreateOrganization.Encode(Org, Uri, Array.Empty<object>()));
        await node.SendAsync(owner, Network.Registry, RegistryContract.CreateServiceRegistration.Encode(Org, Org, Uri));

        await node.SendAsync(owner, Network.Registry, new AbiFunction("deleteOrganization(bytes32)").Encode(Org));
        ((object[])(await node.ReadAsync(Network.Registry, RegistryContract.ListOrganizations))[0]).ShouldBeEmpty();
        await node.SendAsync(owner, Network.Registry, RegistryContract.CreateOrganization.Encode(Org, Uri, Array.Empty<object>()));

        (await node.ReadAsync(Network.Registry, RegistryContract.GetServiceRegistrationById, Org, Org))[0].ShouldBe(false);
    }

    [Test]
    public async Task Token_TransferAboveBalance_IsRefusedBeforeTheAllowance()
    {
        await using var node = await TestNode.StartAsync();
        using var owner = node.Fund();
        var above = TestNode.Thousand + 1;

        (await RefusalAsync(node, owner, TokenContract.Transfer.Encode(Network.Mpe, above), Network.Token)).ShouldBe("ERC20: transfer amount exceeds balance");
        (await RefusalAsync(node, owner, TokenContract.TransferFrom.Encode(owner.Address, Network.Mpe, above), Network.Token))
            .ShouldBe("ERC20: transfer amount exceeds balance");
        (await RefusalAsync(node, owner, TokenContract.Transfer.Encode(default(EthereumAddress), BigInteger.One), Network.Token))
            .ShouldBe("ERC20: transfer to the zero address");
    }

    [Test]
    public async Task Token_Deposit_LogsTransferThenAllowanceThenDeposit()
    {
        await using var node = await TestNode.StartAsync();
        using var owner = node.Fund();
        await node.SendAsync(owner, Network.Token, TokenContract.Approve.Encode(Network.Mpe, new BigInteger(10)));

        var receipt = await node.ReceiptAsync(await node.SendAsync(owner, Network.Mpe, EscrowContract.Deposit.Encode(new BigInteger(4))));

        receipt.GetProperty("logs").EnumerateArray().Select(log => log.GetProperty("topics")[0].GetString())
            .ShouldBe([TokenContract.Transferred.Topic, TokenContract.Approval.Topic, EscrowContract.DepositFunds.Topic]);
        (await node.ReadAsync(Network.Token, TokenContract.Allowance, owner.Address, Network.Mpe)).ShouldBe([new BigInteger(6)]);
    }

    private static async Task<string> RefusalAsync(TestNode node, PrivateKey from, byte[] data, EthereumAddress? to = null)
    {
        var (_, message, _) = await node.ErrorAsync("eth_call", TestNode.CallObject(to ?? Network.Registry, Hex.Encode(data), from.Address), "latest");
        return message["execution reverted: ".Length..];
    }
}
