using Google.Protobuf;
using Snet.Grpc;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary><c>update_model</c> and <c>delete_model</c> (protocol e.6, f.4).</summary>
internal sealed class ChangeModels(TrainingRoom room)
{
    private static readonly TimeSpan ProviderPatience = TimeSpan.FromSeconds(60);

    /// <summary>Adds the methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<UpdateModelRequest>("/training.Daemon/update_model", UpdateAsync);
        router.Add<CommonRequest>("/training.Daemon/delete_model", DeleteAsync);
    }

    private async Task<IMessage> UpdateAsync(UpdateModelRequest request, CancellationToken cancellationToken)
    {
        if (request.Authorization is null)
            throw room.Invalid("no authorization provided");
        if (await room.Authorization.CheckAsync(
            request.Authorization, "update_model", cancellationToken).ConfigureAwait(false) is { } problem)
            throw TrainingRoom.NoAccess(problem);
        room.CheckReadable(request.ModelId, request.Authorization.SignerAddress); // an empty id ends here
        var model = room.FindOwned(request.ModelId, request.Authorization.SignerAddress, out var refusal)
            ?? throw DaemonRefusals.Plain(refusal);

        var sent = AddressesOf(request, model);
        var updated = model with
        {
            Name = request.HasModelName ? request.ModelName : model.Name,
            Description = request.HasDescription ? request.Description : model.Description,
            Addresses = sent.Count > 0 ? sent : model.Addresses,
            UpdatedBy = request.Authorization.SignerAddress,
            UpdatedOn = room.Today,
        };
        room.Store.Update(updated, model.Addresses, sent);
        return updated.ToResponse();
    }

    // The creator is added when the old list lacks it, whatever the new one holds.
    private static IReadOnlyList<string> AddressesOf(UpdateModelRequest request, TrainingModel model)
    {
        if (request.AddressList.Count == 0 || model.Addresses.Contains(model.CreatedBy, StringComparer.OrdinalIgnoreCase))
            return [.. request.AddressList];
        return [.. request.AddressList, request.Authorization.SignerAddress.ToLowerInvariant()];
    }

    private async Task<IMessage> DeleteAsync(CommonRequest request, CancellationToken cancellationToken)
    {
        await room.CheckOwnerAsync(request.Authorization, request.ModelId, "delete_model", cancellationToken).ConfigureAwait(false);
        await DeleteAtProviderAsync(request.ModelId).ConfigureAwait(false);
        var model = room.Store.Find(request.ModelId)!;
        room.Store.Delete(model with { Status = Status.Deleted, UpdatedOn = room.Today });
        return new StatusResponse { Status = Status.Deleted };
    }

    // The provider has 60 s, whatever the client's own limit is (i.3).
    private async Task DeleteAtProviderAsync(string id)
    {
        using var patience = new CancellationTokenSource(ProviderPatience, room.Parts.Settings.Time);
        try
        {
            await room.Provider.CallAsync<StatusResponse>("/training.Model/delete_model", new ModelID { ModelId = id }, patience.Token)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException)
        {
            throw DaemonRefusals.Plain("error in invoking DeleteModel, service-provider should realize it");
        }
    }
}
