using Snet.Grpc;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>What the training services of one daemon share, and the checks that several of them make (protocol e.6).</summary>
/// <param name="parts">The daemon.</param>
/// <param name="provider">The connection to whoever trains.</param>
/// <param name="store">The models.</param>
internal sealed class TrainingRoom(DaemonParts parts, ServiceConnection provider, ModelStore store)
{
    public DaemonParts Parts => parts;

    public ServiceConnection Provider => provider;

    public ModelStore Store => store;

    public TrainingAuthorization Authorization { get; } = new(parts);

    /// <summary>Today as models show it, in the daemon's local time.</summary>
    public string Today => parts.Settings.Time.GetLocalNow().ToString("dd-MM-yyyy", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An error that the releases spell differently.</summary>
    public GrpcException Invalid(string text) => DaemonRefusals.Plain($"{parts.Quirks.InvalidRequest}: {text}");

    /// <summary>An error of access; its detail tells which.</summary>
    public static GrpcException NoAccess(string detail) => DaemonRefusals.Plain("unable to access model: " + detail);

    /// <summary>The checks of whoever wants to work on an own model: authorization present, model named, authorization good, signer is the
    /// creator.</summary>
    /// <returns>The model.</returns>
    public async Task<TrainingModel> CheckOwnerAsync(
        AuthorizationDetails? authorization, string modelId, string rpc, CancellationToken cancellationToken)
    {
        if (authorization is null)
            throw Invalid("no authorization provided");
        if (modelId.Length == 0)
            throw Invalid("model id can't be empty");
        if (await Authorization.CheckAsync(authorization, rpc, cancellationToken).ConfigureAwait(false) is { } problem)
            throw NoAccess(problem);
        return FindOwned(modelId, authorization.SignerAddress, out var refusal) ?? throw NoAccess(refusal);
    }

    /// <summary>The checks of RPCs that hide what is wrong with an authorization.</summary>
    public async Task CheckAuthorizationAsync(AuthorizationDetails? authorization, string rpc, CancellationToken cancellationToken)
    {
        if (authorization is null)
            throw Invalid("no authorization provided");
        if (await Authorization.CheckAsync(authorization, rpc, cancellationToken).ConfigureAwait(false) is not null)
            throw Invalid("bad authorization provided");
    }

    /// <summary>Finds a model of this creator; the letter case of the address does not matter, its <c>0x</c> does.</summary>
    /// <param name="modelId">The model.</param>
    /// <param name="address">Who asks, as sent.</param>
    /// <param name="refusal">Why there is none; empty when there is.</param>
    public TrainingModel? FindOwned(string modelId, string address, out string refusal)
    {
        var model = store.Find(modelId);
        if (model is null)
        {
            refusal = $"daemon storage error: error in getting data from model storage: model data doesn't exist for modelID: {modelId}";
            return null;
        }

        var owns = string.Equals(model.CreatedBy, address, StringComparison.OrdinalIgnoreCase);
        refusal = owns ? "" : "error in updating model state: only owner can change the model state";
        return owns ? model : null;
    }

    /// <summary>Refuses whoever may not read a model.</summary>
    public void CheckReadable(string modelId, string address)
    {
        if (!store.IsReadable(modelId, address))
            throw NoAccess($"user {address}, does not have access to model Id {modelId}");
    }

    /// <summary>Asks the provider; its refusal comes through behind these words.</summary>
    public async Task<T> AskProviderAsync<T>(
        string method, Google.Protobuf.IMessage request, string words, CancellationToken cancellationToken)
        where T : Google.Protobuf.IMessage<T>, new()
    {
        try
        {
            return await provider.CallAsync<T>("/training.Model/" + method, request, cancellationToken).ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            throw DaemonRefusals.Plain($"{words}: {provider.Describe(e)}");
        }
    }
}
