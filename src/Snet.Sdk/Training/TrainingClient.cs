using Snet.Sdk.Services;
using Wire = global::Training;

namespace Snet.Sdk.Training;

/// <summary>Training one's own models on a service: create, check and upload data, pay, train, wait, list, change, delete.</summary>
/// <remarks>
/// Safe for threads. Calls that only ask cost nothing. Validation and training are paid at the price that was handed over, or at most
/// <c>MaxPrice</c>; the provider is asked for its price right before each payment, so that nothing else is ever signed.
/// </remarks>
public partial class TrainingClient
{
    private readonly ServiceClient _service;
    private readonly TrainingCaller _caller;
    private readonly StatusMemory _statuses = new();

    internal TrainingClient(ServiceClient service) => (_service, _caller) = (service, new TrainingCaller(service));

    /// <summary>For stand-ins in tests.</summary>
    protected TrainingClient() => (_service, _caller) = (null!, null!);

    private string ServiceName => $"{_service.OrgId}/{_service.ServiceId}";

    /// <summary>Asks whether the service trains.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>False when it has no trainable method or its provider has switched training off.</returns>
    /// <exception cref="ServiceUnavailableException">No endpoint answers, so nobody can tell.</exception>
    /// <exception cref="Discovery.MetadataException">The service's metadata is missing, malformed or forged.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<bool> IsAvailableAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (NoTrainingException)
        {
            return false;
        }
    }

    private static void CheckModelId(string modelId) => ArgumentException.ThrowIfNullOrWhiteSpace(modelId);

    private SnetModel Seen(Wire.ModelResponse response)
    {
        var model = ModelMapper.Read(response);
        _statuses.Saw(model.Id, model.Status);
        _service.Client.Logger.ModelStatusSeen(model.Id, model.Status);
        return model;
    }
}
