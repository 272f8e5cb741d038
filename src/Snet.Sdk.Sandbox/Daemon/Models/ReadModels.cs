using Google.Protobuf;
using Snet.Grpc;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary><c>get_model</c> and <c>get_all_models</c> (protocol e.6, f.4, f.5).</summary>
internal sealed class ReadModels(TrainingRoom room)
{
    private static readonly TimeSpan ProviderPatience = TimeSpan.FromSeconds(20);

    /// <summary>Adds the methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<CommonRequest>("/training.Daemon/get_model", GetAsync);
        router.Add<AllModelsRequest>("/training.Daemon/get_all_models", ListAsync);
    }

    private async Task<IMessage> GetAsync(CommonRequest request, CancellationToken cancellationToken)
    {
        await room.CheckAuthorizationAsync(request.Authorization, "get_model", cancellationToken).ConfigureAwait(false);
        if (request.ModelId.Length == 0)
            throw room.Invalid("model id can't be empty");
        room.CheckReadable(request.ModelId, request.Authorization.SignerAddress);
        var status = await GetStatusAsync(request.ModelId).ConfigureAwait(false);
        return room.Store.Change(request.ModelId, model => model with { Status = status })!.ToResponse();
    }

    // The provider has 20 s, whatever the client's own limit is (i.3).
    private async Task<Status> GetStatusAsync(string id)
    {
        using var patience = new CancellationTokenSource(ProviderPatience, room.Parts.Settings.Time);
        try
        {
            var answer = await room.Provider.CallAsync<StatusResponse>(
                "/training.Model/get_model_status", new ModelID { ModelId = id }, patience.Token)
                .ConfigureAwait(false);
            return answer.Status;
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException)
        {
            throw DaemonRefusals.Plain("error in invoking GetModelStatus, service-provider should realize it");
        }
    }

    private async Task<IMessage> ListAsync(AllModelsRequest request, CancellationToken cancellationToken)
    {
        await room.CheckAuthorizationAsync(request.Authorization, "get_all_models", cancellationToken).ConfigureAwait(false);
        var models = new List<TrainingModel>();
        if (!request.HasIsPublic || !request.IsPublic)
            models.AddRange(room.Store.PrivateOf(request.Authorization.SignerAddress));
        if (!request.HasIsPublic || request.IsPublic)
            models.AddRange(room.Store.Public());
        IReadOnlyList<TrainingModel> found = [.. models.Where(model => Matches(model, request))];
        if (request.Page != 0 || request.PageSize != 0)
            found = Page(found, request);
        return new ModelsResponse { ListOfModels = { found.Select(model => model.ToResponse()) } };
    }

    private static bool Matches(TrainingModel model, AllModelsRequest request) =>
        model.Name.Contains(request.Name, StringComparison.OrdinalIgnoreCase)
        && model.MethodName.Contains(request.GrpcMethodName, StringComparison.Ordinal)
        && model.ServiceName.Contains(request.GrpcServiceName, StringComparison.Ordinal)
        && model.CreatedBy.Contains(request.CreatedByAddress, StringComparison.OrdinalIgnoreCase)
        && (request.Statuses.Count == 0 || request.Statuses.Contains(model.Status));

    // In signed 64-bit numbers that wrap, as the daemon reckons: some products end its process (e.7).
    private IReadOnlyList<TrainingModel> Page(IReadOnlyList<TrainingModel> models, AllModelsRequest request)
    {
        var page = Math.Max(unchecked((long)request.Page), 0);
        var size = Math.Max(unchecked((long)request.PageSize), 1);
        var start = unchecked(page * size);
        if (start >= models.Count)
            return [];
        var end = Math.Min(unchecked(start + size), models.Count);
        if (start < 0 || end < start)
        {
            throw room.Parts.State.End($"get_all_models with page {request.Page} of {request.PageSize} models passes 2^63: "
                + "the daemon's process ends. Limit page and page_size (protocol e.7).");
        }

        return [.. models.Skip((int)start).Take((int)(end - start))];
    }
}
