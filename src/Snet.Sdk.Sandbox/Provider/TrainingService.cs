using Google.Protobuf;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Hosting;
using Training;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>The provider's side of training: <c>training.Model</c> (protocol d.2). Words in a model's name steer it, see
/// <see cref="SandboxProvider"/>.</summary>
internal sealed class TrainingService(ModelShelf models)
{
    /// <summary>Adds the methods.</summary>
    public void Register(ProviderMethods methods)
    {
        methods.AddUnary<NewModel>("/training.Model/create_model", Create);
        methods.AddUnary<ValidateRequest>("/training.Model/validate_model_price", QuoteValidation);
        methods.AddUnary<ModelID>("/training.Model/train_model_price", QuoteTraining);
        methods.AddUnary<ValidateRequest>("/training.Model/validate_model", Validate);
        methods.AddUnary<ModelID>("/training.Model/train_model", TrainAsync);
        methods.AddUnary<ModelID>("/training.Model/delete_model", Delete);
        methods.AddUnary<ModelID>("/training.Model/get_model_status", GetStatus);
        methods.Add("/training.Model/upload_and_validate", UploadAsync);
    }

    private static GrpcException No() => new(GrpcStatus.FailedPrecondition, "the provider says no");

    private static StatusResponse Answer(Status status) => new StatusResponse { Status = status };

    private ModelID Create(NewModel request)
    {
        if (request.Name.Contains("fail-create", StringComparison.Ordinal))
            throw No();
        var empty = request.Name.Contains("empty-id", StringComparison.Ordinal);
        return new ModelID { ModelId = empty ? "" : models.Create(request).Id };
    }

    private PriceInBaseUnit QuoteValidation(ValidateRequest request)
    {
        var model = Find(request.ModelId, "validate_model_price");
        return model.Is("fail-price") ? throw No() : new PriceInBaseUnit { Price = model.QuoteValidation(request.TrainingDataLink) };
    }

    private PriceInBaseUnit QuoteTraining(ModelID request)
    {
        var model = Find(request.ModelId, "train_model_price");
        return model.Is("fail-price") ? throw No() : new PriceInBaseUnit { Price = model.QuoteTraining() };
    }

    private StatusResponse Validate(ValidateRequest request)
    {
        var model = Find(request.ModelId, "validate_model");
        if (model.Is("refuse-validate"))
            throw No();
        model.UseLink(request.TrainingDataLink);
        return StartValidation(model);
    }

    private StatusResponse StartValidation(ProviderModel model)
    {
        model.Enter(Status.Validating, model.Is("fail-validate") ? Status.Errored : Status.Validated, models.ValidationTime);
        return Answer(Status.Validating);
    }

    private async Task<IMessage> TrainAsync(GrpcServerCall call, ModelID request)
    {
        var model = Find(request.ModelId, "train_model");
        if (model.Is("refuse-train"))
            throw No();
        if (model.Is("slow-train")) // the call itself takes its time; a daemon that gives up by then trains nothing
            await Task.Delay(TimeSpan.FromSeconds(1.5), models.Time, call.Aborted).ConfigureAwait(false);
        model.Enter(Status.Training, model.Is("fail-train") ? Status.Errored : Status.ReadyToUse, models.TrainingTime);
        return Answer(Status.Training);
    }

    private StatusResponse Delete(ModelID request)
    {
        var model = Find(request.ModelId, "delete_model");
        if (model.Is("fail-delete"))
            throw No();
        model.Enter(Status.Deleted);
        return Answer(Status.Deleted);
    }

    private StatusResponse GetStatus(ModelID request)
    {
        var model = Find(request.ModelId, null);
        return model.Is("fail-status") ? throw No() : Answer(model.Status);
    }

    // All messages of one stream are one upload, of the model that the first of them names.
    private async Task UploadAsync(GrpcServerCall call)
    {
        using var upload = new ProviderUpload();
        ProviderModel? model = null;
        while (await ProviderMethods.ReadAsync<UploadInput>(call).ConfigureAwait(false) is { } chunk)
        {
            if (model is null)
            {
                model = Find(chunk.ModelId, "upload_and_validate");
                model.Add(upload);
            }

            upload.Add(chunk);
            if (model.Is("fail-upload-start"))
                throw No();
        }

        upload.End();
        if (model is null)
            throw new GrpcException(GrpcStatus.InvalidArgument, "The upload has no messages.");
        if (model.Is("fail-upload-end"))
            throw No();
        await call.WriteAsync(StartValidation(model).ToByteArray()).ConfigureAwait(false);
    }

    private ProviderModel Find(string id, string? call)
    {
        var model = models.Find(id) ?? throw new GrpcException(GrpcStatus.NotFound, $"There is no model '{id}'.");
        if (call is not null)
            model.Note(call);
        return model;
    }
}
