using Google.Protobuf;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>Quotes: <c>validate_model_price</c> and <c>train_model_price</c> ask the provider and store its answer, which paid calls must
/// then bring (protocol f.3).</summary>
internal sealed class ModelPrices(TrainingRoom room)
{
    /// <summary>Adds the methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<AuthValidateRequest>("/training.Daemon/validate_model_price", QuoteValidationAsync);
        router.Add<CommonRequest>("/training.Daemon/train_model_price", QuoteTrainingAsync);
    }

    private async Task<IMessage> QuoteValidationAsync(AuthValidateRequest request, CancellationToken cancellationToken)
    {
        await room.CheckOwnerAsync(request.Authorization, request.ModelId, "validate_model_price", cancellationToken).ConfigureAwait(false);
        var question = new ValidateRequest { ModelId = request.ModelId, TrainingDataLink = request.TrainingDataLink };
        var price = await room.AskProviderAsync<PriceInBaseUnit>("validate_model_price", question, "issue with service", cancellationToken)
            .ConfigureAwait(false);
        room.Store.Change(request.ModelId, model => model with { ValidatePrice = price.Price });
        return price;
    }

    private async Task<IMessage> QuoteTrainingAsync(CommonRequest request, CancellationToken cancellationToken)
    {
        await room.CheckOwnerAsync(request.Authorization, request.ModelId, "train_model_price", cancellationToken).ConfigureAwait(false);
        var price = await room.AskProviderAsync<PriceInBaseUnit>(
            "train_model_price", new ModelID { ModelId = request.ModelId }, "issue with service", cancellationToken).ConfigureAwait(false);
        room.Store.Change(request.ModelId, model => model with { TrainPrice = price.Price });
        return price;
    }
}
