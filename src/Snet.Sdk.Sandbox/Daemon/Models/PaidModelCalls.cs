using Google.Protobuf;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary><c>validate_model</c> and <c>train_model</c>, after their payment (protocol e.6, f.7).</summary>
internal sealed class PaidModelCalls(TrainingRoom room)
{
    /// <summary>Hands data by link to the provider.</summary>
    public async Task<IMessage> ValidateAsync(AuthValidateRequest request, CancellationToken cancellationToken)
    {
        var model = await room.CheckOwnerAsync(request.Authorization, request.ModelId, "validate_model", cancellationToken)
            .ConfigureAwait(false);
        var question = new ValidateRequest { ModelId = request.ModelId, TrainingDataLink = request.TrainingDataLink };
        var answer = await room.AskProviderAsync<StatusResponse>("validate_model", question, "issue with service", cancellationToken)
            .ConfigureAwait(false);
        // The record from before the provider was asked is written back whole.
        room.Store.Put(model with { TrainingDataLink = request.TrainingDataLink, Status = answer.Status });
        room.Store.AddPending(model.Id);
        return answer;
    }

    /// <summary>Starts the training.</summary>
    public async Task<IMessage> TrainAsync(CommonRequest request, CancellationToken cancellationToken)
    {
        await room.CheckOwnerAsync(request.Authorization, request.ModelId, "train_model", cancellationToken).ConfigureAwait(false);
        var answer = await room.AskProviderAsync<StatusResponse>(
            "train_model", new ModelID { ModelId = request.ModelId }, "issue with service", cancellationToken).ConfigureAwait(false);
        room.Store.Change(request.ModelId, model => model with { Status = answer.Status });
        room.Store.AddPending(request.ModelId);
        return answer;
    }
}
