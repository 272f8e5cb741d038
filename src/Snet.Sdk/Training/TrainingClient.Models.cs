using System.Runtime.CompilerServices;
using Snet.Ethereum;
using Snet.Sdk.Services;
using Wire = global::Training;

namespace Snet.Sdk.Training;

public partial class TrainingClient
{
    private const ulong PageSize = 100; // daemons end at numbers that overflow (protocol e.7); this is far from any

    /// <summary>Makes a new model. It exists at once, empty, and costs nothing.</summary>
    /// <param name="methodName">The service method that it is for; <c>Service/method</c> where two services share a name.</param>
    /// <param name="modelName">Its name.</param>
    /// <param name="options">Description and access. Default: private, for the creator alone.</param>
    /// <param name="cancellationToken">Ends the waiting; the model may have been made all the same.</param>
    /// <returns>The model, with the id that every later call needs.</returns>
    /// <exception cref="WrongMethodException">No such method can be trained; the message lists those that can. Nothing was sent.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    /// <exception cref="ServiceCallException">The provider refused.</exception>
    public virtual async Task<SnetModel> CreateModelAsync(
        string methodName, string modelName, CreateModelOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelName);
        options ??= new CreateModelOptions();
        var creator = _caller.Authorizer.Signer.Address;
        var (service, method) = await FindMethodAsync(methodName, cancellationToken).ConfigureAwait(false);
        var model = new Wire.NewModel
        {
            Name = modelName,
            Description = options.Description,
            GrpcServiceName = service,
            GrpcMethodName = method,
            IsPublic = options.IsPublic,
            AddressList = { WireAddresses(options.Addresses.Where(address => address != creator)) }, // the daemon adds the creator
        };
        var answer = await _caller.ChangeAsync(
            "create_model", null, authorization => new Wire.NewModelRequest { Authorization = authorization, Model = model },
            Wire.ModelResponse.Parser, cancellationToken).ConfigureAwait(false);
        _service.Client.Logger.ModelCreated(answer.ModelId);
        return Seen(answer);
    }

    /// <summary>Reads a model. The provider is asked for its status.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The model as it is now.</returns>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="ModelAccessDeniedException">It is private and not for this address.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual async Task<SnetModel> GetModelAsync(string modelId, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
        return Seen(await _caller.ReadAsync(
            "get_model", modelId, authorization => new Wire.CommonRequest { Authorization = authorization, ModelId = modelId },
            Wire.ModelResponse.Parser, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads all models that this account may use. Statuses are those that the daemon saw last.</summary>
    /// <param name="filter">Which ones. Default: all.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The models, each once.</returns>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual async Task<IReadOnlyList<SnetModel>> GetAllModelsAsync(ModelFilter? filter = null, CancellationToken cancellationToken = default)
    {
        List<SnetModel> models = [];
        await foreach (var model in ListModelsAsync(filter, cancellationToken).ConfigureAwait(false))
            models.Add(model);
        return models;
    }

    /// <summary>Lists the models that this account may use, page by page as they are taken.</summary>
    /// <inheritdoc cref="GetAllModelsAsync"/>
    public virtual async IAsyncEnumerable<SnetModel> ListModelsAsync(
        ModelFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
        var seen = new HashSet<string>(StringComparer.Ordinal); // daemons list a model once for each time its access changed (protocol f.4)
        for (ulong page = 0; ; page++)
        {
            var answer = await _caller.ReadAsync(
                "get_all_models", null, authorization => ListRequest(filter ?? new ModelFilter(), authorization, page),
                Wire.ModelsResponse.Parser, cancellationToken).ConfigureAwait(false);
            foreach (var model in answer.ListOfModels.Where(model => seen.Add(model.ModelId)))
                yield return ModelMapper.Read(model);
            if ((ulong)answer.ListOfModels.Count < PageSize)
                yield break;
        }
    }

    /// <summary>Changes a model's name, description or access; only what is set is sent.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="update">The changes; one at least.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may have been made all the same.</param>
    /// <returns>The model as it was read back.</returns>
    /// <exception cref="ArgumentException">Nothing is to be changed.</exception>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="ModelAccessDeniedException">It is another's.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual async Task<SnetModel> UpdateModelAsync(string modelId, ModelUpdate update, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        ArgumentNullException.ThrowIfNull(update);
        if (update is { Name: null, Description: null, Addresses: null })
            throw new ArgumentException("Set the name, the description or the addresses; nothing is to be changed.", nameof(update));
        await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);

        var request = new Wire.UpdateModelRequest { ModelId = modelId };
        if (update.Name is not null)
            request.ModelName = update.Name;
        if (update.Description is not null)
            request.Description = update.Description;
        if (update.Addresses is not null) // always whole and with the creator, whom the daemon would leave out
            request.AddressList.Add(WireAddresses(update.Addresses.Append(_caller.Authorizer.Signer.Address)));
        await _caller.ChangeAsync(
            "update_model", modelId, authorization => new Wire.UpdateModelRequest(request) { Authorization = authorization },
            Wire.ModelResponse.Parser, cancellationToken).ConfigureAwait(false);
        return await GetModelAsync(modelId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a model.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="cancellationToken">Ends the waiting; the model may have been deleted all the same.</param>
    /// <returns><see cref="ModelStatus.Deleted"/>, as the provider answers.</returns>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="ModelAccessDeniedException">It is another's.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual async Task<ModelStatus> DeleteModelAsync(string modelId, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
        var answer = await _caller.ChangeAsync(
            "delete_model", modelId, authorization => new Wire.CommonRequest { Authorization = authorization, ModelId = modelId },
            Wire.StatusResponse.Parser, cancellationToken).ConfigureAwait(false);
        _statuses.Saw(modelId, (ModelStatus)(int)answer.Status);
        return (ModelStatus)(int)answer.Status;
    }

    // One spelling for one address, each once: every other spelling doubles entries for good (protocol f.4).
    private static IEnumerable<string> WireAddresses(IEnumerable<EthereumAddress> addresses) => addresses.Distinct().Select(a => a.ToLowerString());

    private static Wire.AllModelsRequest ListRequest(ModelFilter filter, Wire.AuthorizationDetails authorization, ulong page)
    {
        var request = new Wire.AllModelsRequest
        {
            Authorization = authorization,
            Statuses = { filter.Statuses.Select(status => (Wire.Status)(int)status) },
            GrpcMethodName = filter.MethodName ?? string.Empty,
            GrpcServiceName = filter.ServiceName ?? string.Empty,
            Name = filter.Name ?? string.Empty,
            CreatedByAddress = filter.CreatedBy?.ToLowerString() ?? string.Empty,
            PageSize = PageSize,
            Page = page,
        };
        if (filter.IsPublic is { } isPublic)
            request.IsPublic = isPublic;
        return request;
    }
}
