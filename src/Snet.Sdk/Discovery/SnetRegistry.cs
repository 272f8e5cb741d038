using System.Runtime.CompilerServices;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;

namespace Snet.Sdk.Discovery;

/// <summary>Finds organizations and services. Reading needs no signer and costs nothing.</summary>
public class SnetRegistry
{
    private readonly ChainGateway _chain;
    private readonly StorageClient _storage;
    private readonly EthereumAddress _contract;

    internal SnetRegistry(ChainGateway chain, StorageClient storage, EthereumAddress contract) =>
        (_chain, _storage, _contract) = (chain, storage, contract);

    /// <summary>For stand-ins in tests.</summary>
    protected SnetRegistry() => (_chain, _storage) = (null!, null!);

    /// <summary>Lists the ids of all organizations.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The ids.</returns>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async IAsyncEnumerable<string> ListOrganizationsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var answer = await _chain.ReadAsync(_contract, RegistryContract.ListOrganizations, [], cancellationToken).ConfigureAwait(false);
        foreach (var id in (object[])answer[0])
            yield return Bytes32.ToText((byte[])id);
    }

    /// <summary>Lists the ids of an organization's services.</summary>
    /// <param name="orgId">The organization's id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The ids.</returns>
    /// <exception cref="MetadataException">There is no such organization.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async IAsyncEnumerable<string> ListServicesAsync(string orgId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var answer = await _chain.ReadAsync(_contract, RegistryContract.ListServicesForOrganization, [Bytes32.FromId(orgId)], cancellationToken)
            .ConfigureAwait(false);
        if (!(bool)answer[0])
            throw NoOrganization(orgId);
        foreach (var id in (object[])answer[1])
            yield return Bytes32.ToText((byte[])id);
    }

    /// <summary>Reads what an organization publishes about itself.</summary>
    /// <param name="orgId">The organization's id, 1 to 32 bytes in UTF-8.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Its metadata.</returns>
    /// <exception cref="MetadataException">There is no such organization, or its metadata is missing, malformed or forged.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<OrganizationMetadata> GetOrganizationAsync(string orgId, CancellationToken cancellationToken = default)
    {
        var id = Bytes32.FromId(orgId);
        var answer = await _chain.ReadAsync(_contract, RegistryContract.GetOrganizationById, [id], cancellationToken).ConfigureAwait(false);
        if (!(bool)answer[0])
            throw NoOrganization(orgId);
        var json = await ReadFileAsync((byte[])answer[2], $"The metadata of organization '{orgId}'", cancellationToken).ConfigureAwait(false);
        return MetadataJson.ReadOrganization(orgId, json);
    }

    /// <summary>Reads what a service publishes about itself.</summary>
    /// <param name="orgId">The organization's id, 1 to 32 bytes in UTF-8.</param>
    /// <param name="serviceId">The service's id, 1 to 32 bytes in UTF-8.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Its metadata.</returns>
    /// <exception cref="MetadataException">There is no such service, or its metadata is missing, malformed or forged.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<ServiceMetadata> GetServiceAsync(string orgId, string serviceId, CancellationToken cancellationToken = default)
    {
        var ids = new object[] { Bytes32.FromId(orgId), Bytes32.FromId(serviceId) };
        var answer = await _chain.ReadAsync(_contract, RegistryContract.GetServiceRegistrationById, ids, cancellationToken).ConfigureAwait(false);
        if (!(bool)answer[0])
            throw new MetadataException($"The registry has no service '{serviceId}' of organization '{orgId}'. Registry.ListServicesAsync lists those there are.");
        var json = await ReadFileAsync((byte[])answer[2], $"The metadata of service '{orgId}/{serviceId}'", cancellationToken).ConfigureAwait(false);
        return MetadataJson.ReadService(orgId, serviceId, json);
    }

    /// <summary>Reads the proto files of a service.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> GetProtoFilesAsync(ServiceMetadata service, CancellationToken cancellationToken)
    {
        var what = $"The proto archive of service '{service.OrgId}/{service.ServiceId}'";
        var archive = await ReadFileAsync(System.Text.Encoding.UTF8.GetBytes(service.ApiSource), what, cancellationToken).ConfigureAwait(false);
        return ProtoArchive.Read(archive, what);
    }

    private async Task<byte[]> ReadFileAsync(byte[] stored, string what, CancellationToken cancellationToken)
    {
        MetadataUri uri;
        try
        {
            uri = MetadataUri.Parse(stored);
        }
        catch (FormatException e)
        {
            throw new MetadataException($"{what} has no usable address: {e.Message}", e);
        }

        return await _storage.ReadAsync(uri, what, cancellationToken).ConfigureAwait(false);
    }

    private static MetadataException NoOrganization(string orgId) =>
        new($"The registry has no organization '{orgId}'. Registry.ListOrganizationsAsync lists those there are.");
}
