using Google.Protobuf;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary><c>create_model</c> (protocol e.6, f.4).</summary>
internal sealed class CreateModel(TrainingRoom room)
{
    /// <summary>Adds the method.</summary>
    public void Register(DaemonRouter router) => router.Add<NewModelRequest>("/training.Daemon/create_model", CreateAsync);

    private async Task<IMessage> CreateAsync(NewModelRequest request, CancellationToken cancellationToken)
    {
        await room.CheckAuthorizationAsync(request.Authorization, "create_model", cancellationToken).ConfigureAwait(false);
        if (request.Model is null)
            throw room.Parts.State.End("create_model needs a model: without one the daemon's process ends (protocol e.7).");
        if (request.Model.GrpcServiceName.Length == 0 || request.Model.GrpcMethodName.Length == 0)
            throw room.Invalid("no grpc_service_name or grpc_method_name provided");

        request.Model.OrganizationId = room.Parts.Settings.OrgId;
        request.Model.ServiceId = room.Parts.Settings.ServiceId;
        request.Model.GroupId = room.Parts.Metadata.GroupIdText;
        var id = await room.AskProviderAsync<ModelID>(
            "create_model", request.Model, "error in invoking service for model training", cancellationToken).ConfigureAwait(false);
        if (id.ModelId.Length == 0)
            throw room.Invalid("model id can't be empty");

        var model = Describe(id.ModelId, request);
        room.Store.Create(model);
        return model.ToResponse();
    }

    private TrainingModel Describe(string id, NewModelRequest request)
    {
        var creator = request.Authorization.SignerAddress.ToLowerInvariant();
        var listed = request.Model.AddressList.Contains(creator, StringComparer.OrdinalIgnoreCase);
        return new TrainingModel
        {
            Id = id, Name = request.Model.Name, Description = request.Model.Description,
            ServiceName = request.Model.GrpcServiceName, MethodName = request.Model.GrpcMethodName, IsPublic = request.Model.IsPublic,
            Addresses = listed ? [.. request.Model.AddressList] : [.. request.Model.AddressList, creator],
            CreatedBy = creator, UpdatedBy = creator, CreatedOn = room.Today, UpdatedOn = room.Today,
        };
    }
}
