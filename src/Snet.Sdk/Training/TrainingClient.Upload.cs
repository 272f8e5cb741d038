using Snet.Protocol;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Training.Datasets;
using Snet.Sdk.Training.Uploads;

namespace Snet.Sdk.Training;

public partial class TrainingClient
{
    /// <summary>Checks a dataset, pays the provider for validating it, and uploads it.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="datasetPath">The archive's path.</param>
    /// <param name="price">The price that <see cref="ValidateModelPriceAsync(string, CancellationToken)"/> gave. Null: it is asked, and <see cref="UploadOptions.MaxPrice"/> is required.</param>
    /// <param name="options">Settings of this upload.</param>
    /// <param name="cancellationToken">Ends the upload. A payment that has left this process stays valid for the daemon; it is looked up before the next one.</param>
    /// <inheritdoc cref="UploadAndValidateAsync(string, DatasetSource, TokenAmount?, UploadOptions?, CancellationToken)"/>
    public virtual Task<ModelStatus> UploadAndValidateAsync(
        string modelId, string datasetPath, TokenAmount? price = null, UploadOptions? options = null, CancellationToken cancellationToken = default) =>
        UploadAndValidateAsync(modelId, DatasetSource.FromFile(datasetPath), price, options, cancellationToken);

    /// <summary>Checks a dataset, pays the provider for validating it, and uploads it as a stream.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="price">The price that <see cref="ValidateModelPriceAsync(string, CancellationToken)"/> gave. Null: it is asked, and <see cref="UploadOptions.MaxPrice"/> is required.</param>
    /// <param name="options">Settings of this upload.</param>
    /// <param name="cancellationToken">Ends the upload. A payment that has left this process stays valid for the daemon; it is looked up before the next one.</param>
    /// <returns>The model's status after the upload, as the provider tells it; see <see cref="WaitForStatusAsync"/>.</returns>
    /// <exception cref="FileNotFoundException">The dataset's file is not there.</exception>
    /// <exception cref="WrongDatasetException">The dataset breaks rules of the method. Nothing was sent or paid.</exception>
    /// <exception cref="UploadNotSupportedException">The daemon cannot take uploads; use <see cref="ValidateModelAsync"/> with a link. Nothing was signed.</exception>
    /// <exception cref="PriceChangedException">The provider's price is another one now. Nothing was paid.</exception>
    /// <exception cref="SpendingLimitException">The price is above a limit. Nothing was signed.</exception>
    /// <exception cref="InsufficientFundsException">The account holds too little. Nothing was signed.</exception>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="ModelAccessDeniedException">It is another's.</exception>
    /// <exception cref="PaymentRejectedException">The daemon refused the payment.</exception>
    /// <exception cref="ServiceCallException">The upload failed; <see cref="SnetException.MoneyMoved"/> says whether it was charged.</exception>
    public virtual async Task<ModelStatus> UploadAndValidateAsync(
        string modelId, DatasetSource dataset, TokenAmount? price = null, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        ArgumentNullException.ThrowIfNull(dataset);
        options ??= new UploadOptions();
        var agreement = Agreement(price, options.MaxPrice, nameof(UploadOptions));

        var rules = await GetMethodMetadataForModelAsync(modelId, cancellationToken).ConfigureAwait(false);
        await EnsureUploadWorksAsync(cancellationToken).ConfigureAwait(false);
        var opened = await dataset.OpenAsync(rules, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var report = await DatasetChecker.CheckAsync(opened, rules, cancellationToken).ConfigureAwait(false);
            if (!report.IsValid)
                throw new WrongDatasetException(report);
            return await UploadCheckedAsync(modelId, opened, agreement, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Pays for and sends a dataset that has been checked.</summary>
    internal async Task<ModelStatus> UploadCheckedAsync(
        string modelId, OpenedDataset dataset, PriceAgreement agreement, UploadOptions options, CancellationToken cancellationToken)
    {
        var daemon = await _service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        var upload = new DatasetUpload(modelId, dataset, options, _service.Client.Options, _caller.Authorizer);
        var status = await PayAsync(
            TrainingAuthorizer.UploadRpc, modelId, agreement, ct => ValidateModelPriceAsync(modelId, ct), PaymentHeaders.EscrowType,
            (headers, ct) => upload.SendAsync(daemon, headers, ct), cancellationToken).ConfigureAwait(false);
        return await ConfirmAsync(modelId, status, cancellationToken).ConfigureAwait(false);
    }

    // Daemons 6.1 lose the first part of every upload, those of 6.2 fail each (protocol f.6); better said before anything is signed.
    private async Task EnsureUploadWorksAsync(CancellationToken cancellationToken)
    {
        var daemon = await _service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        var text = await daemon.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        if (Version.TryParse(text.TrimStart('v'), out var version) && version.Major == 6 && version.Minor is 1 or 2)
            throw new UploadNotSupportedException(text);
    }

    // The answer to an upload is no proof: a provider that failed at the very end looks like one that validates (protocol f.6).
    private async Task<ModelStatus> ConfirmAsync(string modelId, ModelStatus told, CancellationToken cancellationToken)
    {
        try
        {
            return (await GetModelAsync(modelId, cancellationToken).ConfigureAwait(false)).Status;
        }
        catch (SnetException e) when (e.IsTransient)
        {
            return told; // the upload itself went well; whoever waits for the status asks again
        }
    }
}
