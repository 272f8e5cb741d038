using Snet.Sdk.Training.Datasets;
using Snet.Sdk.Training.Uploads;
using Wire = global::Training;

namespace Snet.Sdk.Training;

public partial class TrainingClient
{
    /// <summary>Publishes a dataset that has been checked, and pays for the validation of its link.</summary>
    private async Task<ModelStatus> PublishCheckedAsync(
        string modelId, OpenedDataset dataset, PriceAgreement agreement, UploadOptions options, CancellationToken cancellationToken)
    {
        var publisher = options.Publisher!;
        dataset.Content.Position = 0;
        var content = new PublishedStream(dataset.Content, new UploadMeter(options.Progress, dataset.Length, _service.Client.Options.TimeProvider));
        var link = await publisher.PublishAsync(content, dataset.FileName, cancellationToken).ConfigureAwait(false);
        if (link is not { IsAbsoluteUri: true })
            throw new InvalidOperationException($"{publisher.GetType().Name} published the dataset and gave no absolute link.");
        try
        {
            return await ValidateAsync(modelId, link, agreement, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SnetException { MoneyMoved: MoneyMoved.No } or PaidStepCanceledException { MoneyMoved: MoneyMoved.No })
        {
            await TakeBackAsync(publisher, link).ConfigureAwait(false);
            throw;
        }
    }

    private Task<ModelStatus> ValidateAsync(string modelId, Uri link, PriceAgreement agreement, CancellationToken cancellationToken) => PayAsync(
        "validate_model", modelId, agreement, ct => ValidateModelPriceAsync(modelId, link, ct),
        authorization => new Wire.AuthValidateRequest { Authorization = authorization, ModelId = modelId, TrainingDataLink = Text(link) }, cancellationToken);

    // The step's own failure is what the caller hears of; this one goes into the log.
    private async Task TakeBackAsync(IDatasetPublisher publisher, Uri link)
    {
        using var limit = new CancellationTokenSource(_service.Client.Options.AttemptTimeout, _service.Client.Options.TimeProvider);
        try
        {
            await publisher.RemoveAsync(link, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _service.Client.Logger.PublishedDatasetLeft(e, publisher.GetType().Name);
        }
    }
}
