using System.Collections.Immutable;
using Snet.Ethereum;
using Snet.Protocol;
using static Snet.Sdk.Sandbox.Chain.RevertException;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The Registry contract: organizations, their members and services, and where their metadata is (protocol a.1).</summary>
internal sealed class SandboxRegistry : Contract
{
    public static readonly AbiFunction ChangeOrganizationMetadataUri = new("changeOrganizationMetadataURI(bytes32,bytes)");

    private static readonly AbiFunction ChangeOrganizationOwner = new("changeOrganizationOwner(bytes32,address)");
    private static readonly AbiFunction AddOrganizationMembers = new("addOrganizationMembers(bytes32,address[])");
    private static readonly AbiFunction RemoveOrganizationMembers = new("removeOrganizationMembers(bytes32,address[])");
    private static readonly AbiFunction DeleteOrganization = new("deleteOrganization(bytes32)");
    private static readonly AbiFunction DeleteServiceRegistration = new("deleteServiceRegistration(bytes32,bytes32)");
    private static readonly AbiFunction SupportsInterface = new("supportsInterface(bytes4)", "bool");

    private static readonly AbiEvent OrganizationCreated = new("OrganizationCreated(bytes32)", 0);
    private static readonly AbiEvent OrganizationModified = new("OrganizationModified(bytes32)", 0);
    private static readonly AbiEvent OrganizationDeleted = new("OrganizationDeleted(bytes32)", 0);
    private static readonly AbiEvent ServiceCreated = new("ServiceCreated(bytes32,bytes32,bytes)", 0, 1);
    private static readonly AbiEvent ServiceMetadataModified = new("ServiceMetadataModified(bytes32,bytes32,bytes)", 0, 1);
    private static readonly AbiEvent ServiceDeleted = new("ServiceDeleted(bytes32,bytes32)", 0, 1);

    private static readonly string[] Interfaces = ["0x01ffc9a7", "0x3f2242ea"]; // ERC-165 itself and the Registry

    private readonly StateMap<string, Organization?> _organizations;
    private readonly StateMap<(string Organization, string Service), byte[]?> _services; // metadata URIs
    private readonly StateValue<ImmutableArray<string>> _ids;

    public SandboxRegistry(EthereumAddress address, WorldState world)
        : base(address)
    {
        _organizations = new(world, null, slots: 13); // with its place in the list and a few members
        _services = new(world, null, slots: 5);
        _ids = new(world, []);

        On(SupportsInterface, (_, a) => [Interfaces.Contains(Hex.Encode((byte[])a[0]))]);
        On(RegistryContract.ListOrganizations, (_, _) => [Bytes(_ids.Value)]);
        On(RegistryContract.GetOrganizationById, (_, a) => _organizations[Id(a[0])] is { } o
            ? [true, a[0], o.Uri, o.Owner, o.Members.Cast<object>().ToArray(), Bytes(o.Services)]
            : [false, new byte[32], Array.Empty<byte>(), default(EthereumAddress), Array.Empty<object>(), Array.Empty<object>()]);
        On(RegistryContract.ListServicesForOrganization, (_, a) =>
            _organizations[Id(a[0])] is { } o ? [true, Bytes(o.Services)] : [false, Array.Empty<object>()]);
        On(RegistryContract.GetServiceRegistrationById, (_, a) => _services[(Id(a[0]), Id(a[1]))] is { } uri
            ? [true, a[1], uri]
            : [false, new byte[32], Array.Empty<byte>()]);

        On(RegistryContract.CreateOrganization, CreateOrganization);
        On(ChangeOrganizationOwner, (call, a) => Modify(call, a, members: false, o => o with { Owner = (EthereumAddress)a[1] }));
        On(ChangeOrganizationMetadataUri, (call, a) => Modify(call, a, members: false, o => o with { Uri = (byte[])a[1] }));
        On(AddOrganizationMembers, (call, a) => Modify(call, a, members: true, o => o.With(Addresses(a[1]))));
        On(RemoveOrganizationMembers, (call, a) => Modify(call, a, members: true, o => o.Without(Addresses(a[1]))));
        On(DeleteOrganization, RemoveOrganization);
        On(RegistryContract.CreateServiceRegistration, CreateService);
        On(RegistryContract.UpdateServiceRegistration, UpdateService);
        On(DeleteServiceRegistration, RemoveService);
    }

    private void CreateOrganization(Call call, object[] a)
    {
        var id = Id(a[0]);
        Require(_organizations[id] is null, "org already exists");
        _organizations[id] = new Organization(call.Caller, (byte[])a[1], [], []).With(Addresses(a[2]));
        _ids.Value = _ids.Value.Add(id);
        call.Emit(OrganizationCreated, a[0]);
    }

    private void Modify(Call call, object[] a, bool members, Func<Organization, Organization> change)
    {
        _organizations[Id(a[0])] = change(Authorized(call, Id(a[0]), members));
        call.Emit(OrganizationModified, a[0]);
    }

    private void RemoveOrganization(Call call, object[] a)
    {
        var id = Id(a[0]);
        foreach (var service in Authorized(call, id, members: false).Services)
            _services[(id, service)] = null;
        _organizations[id] = null;
        _ids.Value = Organization.Take(_ids.Value, id);
        call.Emit(OrganizationDeleted, a[0]);
    }

    private void CreateService(Call call, object[] a)
    {
        var (organizationId, id) = (Id(a[0]), Id(a[1]));
        var organization = Authorized(call, organizationId, members: true);
        Require(_services[(organizationId, id)] is null, "service already exists");
        _services[(organizationId, id)] = (byte[])a[2];
        _organizations[organizationId] = organization with { Services = organization.Services.Add(id) };
        call.Emit(ServiceCreated, a[0], a[1], a[2]);
    }

    private void UpdateService(Call call, object[] a)
    {
        Authorized(call, Id(a[0]), members: true);
        Require(_services[(Id(a[0]), Id(a[1]))] is not null, "service does not exist");
        _services[(Id(a[0]), Id(a[1]))] = (byte[])a[2];
        call.Emit(ServiceMetadataModified, a[0], a[1], a[2]);
    }

    private void RemoveService(Call call, object[] a)
    {
        var (organizationId, id) = (Id(a[0]), Id(a[1]));
        var organization = Authorized(call, organizationId, members: true);
        Require(_services[(organizationId, id)] is not null, "service does not exist");
        _services[(organizationId, id)] = null;
        _organizations[organizationId] = organization with { Services = Organization.Take(organization.Services, id) };
        call.Emit(ServiceDeleted, a[0], a[1]);
    }

    private Organization Authorized(Call call, string id, bool members)
    {
        var organization = _organizations[id] ?? throw new RevertException("org does not exist");
        Require(call.Caller == organization.Owner || (members && organization.Members.Contains(call.Caller)), "unauthorized invocation");
        return organization;
    }

    private static string Id(object bytes32) => Hex.Encode((byte[])bytes32);

    private static object[] Bytes(ImmutableArray<string> ids) => [.. ids.Select(Hex.Decode)];

    private static IEnumerable<EthereumAddress> Addresses(object list) => ((object[])list).Cast<EthereumAddress>();

    private sealed record Organization(EthereumAddress Owner, byte[] Uri, ImmutableArray<EthereumAddress> Members, ImmutableArray<string> Services)
    {
        public Organization With(IEnumerable<EthereumAddress> members) =>
            members.Aggregate(this, (o, member) => o.Members.Contains(member) ? o : o with { Members = o.Members.Add(member) });

        public Organization Without(IEnumerable<EthereumAddress> members) =>
            members.Aggregate(this, (o, member) => o with { Members = Take(o.Members, member) });

        // As the contract does it: the last one moves into the gap.
        public static ImmutableArray<T> Take<T>(ImmutableArray<T> list, T item)
        {
            var index = list.IndexOf(item);
            return index < 0 ? list : list.SetItem(index, list[^1]).RemoveAt(list.Length - 1);
        }
    }
}
