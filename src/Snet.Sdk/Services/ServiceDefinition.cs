using System.Collections.Concurrent;
using Snet.Protobuf;
using Snet.Sdk.Discovery;

namespace Snet.Sdk.Services;

/// <summary>All that is published about a service, joined for one payment group: who is paid from the organization, what for and where from the service (protocol a.5).</summary>
internal sealed record ServiceDefinition(
    ServiceMetadata Service, OrganizationMetadata Organization, ServiceGroup Group, PaymentGroup Payment, ProtoSet Protos)
{
    public const string DefaultGroup = "default_group";
    private const string TrainingPackage = "training";

    private readonly ConcurrentDictionary<string, ProtoMethod> _found = new(); // by the names that callers use

    /// <summary>Reads and joins.</summary>
    /// <exception cref="MetadataException">Something is missing or does not fit together.</exception>
    public static async Task<ServiceDefinition> LoadAsync(
        SnetRegistry registry, SnetNetwork network, string orgId, string serviceId, string? groupName, CancellationToken cancellationToken)
    {
        var organizationTask = registry.GetOrganizationAsync(orgId, cancellationToken);
        var service = await registry.GetServiceAsync(orgId, serviceId, cancellationToken).ConfigureAwait(false);
        var files = await registry.GetProtoFilesAsync(service, cancellationToken).ConfigureAwait(false);
        var organization = await organizationTask.ConfigureAwait(false);

        var group = ChooseGroup(service, groupName);
        var payment = organization.Groups.FirstOrDefault(g => g.Name == group.Name)
            ?? throw Broken(service, $"its group '{group.Name}' is none of its organization's");
        if (payment.Id != group.Id)
            throw Broken(service, $"its group '{group.Name}' has another id than the organization's");
        if (!service.MpeAddress.IsZero && service.MpeAddress != network.Mpe)
            throw Broken(service, $"it is paid through the escrow contract {service.MpeAddress} and the network {network} has {network.Mpe}; choose the right network");
        return new ServiceDefinition(service, organization, group, payment, Parse(service, files));
    }

    /// <summary>Finds one of <see cref="Methods"/> by its name; <c>Service/method</c> tells two of the same name apart.</summary>
    /// <exception cref="WrongMethodException">There is none, or there are several.</exception>
    public ProtoMethod FindMethod(string name) => _found.TryGetValue(name, out var known) ? known : _found.GetOrAdd(name, SearchMethod(name));

    /// <summary>The service's own methods. An archive may bring training.proto along, whose services are the daemon's and the provider's.</summary>
    public IEnumerable<ProtoMethod> Methods => Protos.Services.Where(s => s.Package != TrainingPackage).SelectMany(s => s.Methods);

    /// <summary>Whether the service may name prices itself: its daemon then asks it, if its operator wants that (protocol a.6).</summary>
    public bool NamesPrices => Methods.Any(m => m.PricingMethod is not null);

    /// <summary>The methods that take a model, as <c>Service/method</c>.</summary>
    public IReadOnlyList<string> TrainableNames => [.. Names(m => m.TrainingModelIdField is not null)];

    private ProtoMethod SearchMethod(string name)
    {
        var parts = name.TrimStart('/').Split('/');
        var found = (parts.Length == 2 ? Protos.FindMethod(parts[1], parts[0]) : Protos.FindMethod(name)).Where(m => m.Package != TrainingPackage).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new WrongMethodException(name, "method", MethodNames),
            _ => throw new WrongMethodException(name, "single method", [.. found.Select(m => $"{m.ServiceName}/{m.Name}")]),
        };
    }

    private List<string> MethodNames => [.. Names(_ => true)];

    private IEnumerable<string> Names(Func<ProtoMethod, bool> which) =>
        Methods.Where(which).Select(m => $"{m.ServiceName}/{m.Name}");

    private static ServiceGroup ChooseGroup(ServiceMetadata service, string? name)
    {
        var group = name is null
            ? service.Groups.FirstOrDefault(g => g.Name == DefaultGroup) ?? (service.Groups.Count > 0 ? service.Groups[0] : null)
            : service.Groups.FirstOrDefault(g => g.Name == name);
        if (group is null)
            throw Broken(service, $"it has no group '{name ?? DefaultGroup}'; there are: {string.Join(", ", service.Groups.Select(g => g.Name))}");
        return group.Endpoints.Count > 0 ? group : throw Broken(service, $"its group '{group.Name}' names no endpoint");
    }

    private static ProtoSet Parse(ServiceMetadata service, IReadOnlyDictionary<string, string> files)
    {
        try
        {
            return ProtoSet.Parse(files);
        }
        catch (ProtoParseException e)
        {
            throw new MetadataException($"The proto files of service '{service.OrgId}/{service.ServiceId}' cannot be read: {e.Message} Tell its publisher.", e);
        }
    }

    private static MetadataException Broken(ServiceMetadata service, string problem) =>
        new($"The service '{service.OrgId}/{service.ServiceId}' cannot be used: {problem}.");
}
