using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>The Registry contract as clients and publishers use it (protocol a.1). Ids are text in 32 bytes, see <see cref="Bytes32"/>.</summary>
internal static class RegistryContract
{
    /// <summary>Answers found, id, metadata URI, owner, members, service ids.</summary>
    public static readonly AbiFunction GetOrganizationById = new(
        "getOrganizationById(bytes32)", "bool", "bytes32", "bytes", "address", "address[]", "bytes32[]");

    /// <summary>Answers found, id, metadata URI.</summary>
    public static readonly AbiFunction GetServiceRegistrationById = new(
        "getServiceRegistrationById(bytes32,bytes32)", "bool", "bytes32", "bytes");

    public static readonly AbiFunction ListOrganizations = new("listOrganizations()", "bytes32[]");

    /// <summary>Answers found, service ids.</summary>
    public static readonly AbiFunction ListServicesForOrganization = new("listServicesForOrganization(bytes32)", "bool", "bytes32[]");

    public static readonly AbiFunction CreateOrganization = new("createOrganization(bytes32,bytes,address[])");
    public static readonly AbiFunction CreateServiceRegistration = new("createServiceRegistration(bytes32,bytes32,bytes)");
    public static readonly AbiFunction UpdateServiceRegistration = new("updateServiceRegistration(bytes32,bytes32,bytes)");
}
