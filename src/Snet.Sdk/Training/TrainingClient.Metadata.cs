using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Snet.Sdk.Services;
using Wire = global::Training;

namespace Snet.Sdk.Training;

public partial class TrainingClient
{
    private readonly ConcurrentDictionary<(string Service, string Method), MethodMetadata> _methods = new();
    private volatile TrainingMetadata? _metadata;

    /// <summary>Tells what the service can train. Asked once, then from memory; see <see cref="RefreshMetadata"/>.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The services of the proto files and their trainable methods.</returns>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    /// <exception cref="Discovery.MetadataException">The service's metadata is missing, malformed or forged.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<TrainingMetadata> GetTrainingMetadataAsync(CancellationToken cancellationToken = default)
    {
        if (_metadata is { } known)
            return known;
        var service = await _service.GetMetadataAsync(cancellationToken).ConfigureAwait(false);
        if (service.ServiceType is not ("" or "grpc"))
            throw new NoTrainingException(ServiceName, $"it is of type '{service.ServiceType}', and only grpc services train");
        var answer = await _caller.AskAsync("get_training_metadata", new Empty(), Wire.TrainingMetadata.Parser, cancellationToken).ConfigureAwait(false);
        var metadata = ModelMapper.Read(answer);
        if (!metadata.TrainingEnabled)
            throw new NoTrainingException(ServiceName, "its provider has switched it off");
        if (!metadata.TrainingInProto)
            throw new NoTrainingException(ServiceName, "none of its methods can be trained");
        return _metadata = metadata;
    }

    /// <summary>Tells what a method asks of models and datasets. Asked once, then from memory; see <see cref="RefreshMetadata"/>.</summary>
    /// <param name="methodName">The method's name; <c>Service/method</c> where two services share a name.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Its limits; 0 and empty mean that there is none.</returns>
    /// <exception cref="WrongMethodException">No such method can be trained; the message lists those that can.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual async Task<MethodMetadata> GetMethodMetadataAsync(string methodName, CancellationToken cancellationToken = default)
    {
        var (service, method) = await FindMethodAsync(methodName, cancellationToken).ConfigureAwait(false);
        return await GetMethodMetadataAsync(service, method, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells what the method of a model asks of datasets.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Its limits; 0 and empty mean that there is none.</returns>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual async Task<MethodMetadata> GetMethodMetadataForModelAsync(string modelId, CancellationToken cancellationToken = default)
    {
        // Never by model id: with one that does not exist that request ends the provider's daemon (protocol e.7).
        var model = await GetModelAsync(modelId, cancellationToken).ConfigureAwait(false);
        return await GetMethodMetadataAsync(model.ServiceName, model.MethodName, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets what was asked about the service, so that it is asked again.</summary>
    public virtual void RefreshMetadata()
    {
        _metadata = null;
        _methods.Clear();
    }

    /// <summary>Checks a dataset against what a method asks, without uploading or paying anything.</summary>
    /// <param name="methodNameOrModelId">A trainable method's name, or the id of a model made for one.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>All that is wrong with it, and all that is worth a look.</returns>
    /// <exception cref="FileNotFoundException">The dataset's file is not there.</exception>
    /// <exception cref="NoSuchModelException">It is neither a trainable method nor a model.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual async Task<DatasetReport> CheckDatasetAsync(
        string methodNameOrModelId, DatasetSource dataset, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(methodNameOrModelId);
        ArgumentNullException.ThrowIfNull(dataset);
        var metadata = await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
        var isMethod = Find(metadata, methodNameOrModelId).Count == 1;
        var rules = isMethod
            ? await GetMethodMetadataAsync(methodNameOrModelId, cancellationToken).ConfigureAwait(false)
            : await GetMethodMetadataForModelAsync(methodNameOrModelId, cancellationToken).ConfigureAwait(false);
        return await Datasets.DatasetChecker.CheckAsync(dataset, rules, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MethodMetadata> GetMethodMetadataAsync(string service, string method, CancellationToken cancellationToken)
    {
        if (_methods.TryGetValue((service, method), out var known))
            return known;
        var request = new Wire.MethodMetadataRequest { GrpcServiceName = service, GrpcMethodName = method };
        var answer = await _caller.AskAsync("get_method_metadata", request, Wire.MethodMetadata.Parser, cancellationToken).ConfigureAwait(false);
        return _methods.GetOrAdd((service, method), ModelMapper.Read(answer));
    }

    private async Task<(string Service, string Method)> FindMethodAsync(string methodName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(methodName);
        var metadata = await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
        var found = Find(metadata, methodName);
        return found.Count == 1 ? found[0] : throw new WrongMethodException(
            methodName, found.Count == 0 ? "trainable method" : "single trainable method",
            [.. metadata.TrainingMethods.SelectMany(s => s.Value.Select(m => $"{s.Key}/{m}"))]);
    }

    private static List<(string Service, string Method)> Find(TrainingMetadata metadata, string name) =>
    [
        .. metadata.TrainingMethods.SelectMany(s => s.Value.Select(m => (Service: s.Key, Method: m)))
            .Where(m => m.Method == name || $"{m.Service}/{m.Method}" == name),
    ];
}
