using System.Globalization;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Training.Datasets;
using Snet.Sdk.Training.Uploads;

namespace Snet.Sdk.Training;

public partial class TrainingClient
{
    private static readonly TimeSpan ConfirmPause = TimeSpan.FromMilliseconds(250);

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
    /// <exception cref="UploadFailedException">The upload broke off or did not reach the provider; it says what the provider has and whether it was charged.</exception>
    /// <exception cref="ServiceCallException">The daemon is too busy. Nothing was charged.</exception>
    /// <exception cref="PaidStepCanceledException">The token was cancelled; it says what that cost.</exception>
    public virtual async Task<ModelStatus> UploadAndValidateAsync(
        string modelId, DatasetSource dataset, TokenAmount? price = null, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        ArgumentNullException.ThrowIfNull(dataset);
        options ??= new UploadOptions();
        var agreement = Agreement(price, options.MaxPrice, nameof(UploadOptions));

        var rules = await GetMethodMetadataForModelAsync(modelId, cancellationToken).ConfigureAwait(false);
        var daemon = await _service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        var (release, obstacle) = await LookAtReleaseAsync(daemon, cancellationToken).ConfigureAwait(false);
        if (obstacle is not null && options.Publisher is null)
            throw obstacle;
        var opened = await dataset.OpenAsync(rules, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var report = await DatasetChecker.CheckAsync(opened, rules, cancellationToken).ConfigureAwait(false);
            if (!report.IsValid)
                throw new WrongDatasetException(report);
            try
            {
                if (obstacle is null)
                    return await UploadCheckedAsync(modelId, opened, agreement, options, release, cancellationToken).ConfigureAwait(false);
            }
            catch (UploadNotSupportedException) when (options.Publisher is not null)
            {
                // A daemon that tells another version than it is; nothing was charged.
            }

            return await PublishCheckedAsync(modelId, opened, agreement, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Pays for and sends a dataset that has been checked.</summary>
    internal async Task<ModelStatus> UploadCheckedAsync(
        string modelId, OpenedDataset dataset, PriceAgreement agreement, UploadOptions options, Version? release, CancellationToken cancellationToken)
    {
        var daemon = await _service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        var upload = new DatasetUpload(modelId, dataset, options, _service.Client.Options, _caller.Authorizer) { ResetWedges = release?.Major < 6 };
        var (told, receipt) = await SendAsync(modelId, dataset, agreement, upload, daemon, cancellationToken).ConfigureAwait(false);
        return await ConfirmAsync(modelId, told, dataset.Length, receipt, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(ModelStatus Told, PaymentReceipt Receipt)> SendAsync(
        string modelId, OpenedDataset dataset, PriceAgreement agreement, DatasetUpload upload, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var step = new PaidStep(() => upload.IsSentWhole);
        try
        {
            return await PayAsync(
                TrainingAuthorizer.UploadRpc, modelId, agreement, ct => ValidateModelPriceAsync(modelId, ct), PaymentHeaders.EscrowType, step,
                (headers, ct) => upload.SendAsync(daemon, headers, ct), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceCallException e) when (e.InnerException is not GrpcException inner || !DaemonErrors.IsBusy(inner))
        {
            throw await DescribeAsync(e, e.MoneyMoved, e.IsTransient).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw await DescribeAsync(e, step.Fate, isTransient: false).ConfigureAwait(false);
        }
        catch (SignerException e) when (step.Receipt is not null)
        {
            throw await DescribeAsync(e, step.Fate, e.IsTransient).ConfigureAwait(false); // the payment was signed and sent, the authorization of a later part was not
        }

        async Task<UploadFailedException> DescribeAsync(Exception reason, MoneyMoved moneyMoved, bool isTransient) => UploadFailedException.Broken(
            modelId, upload.SentBytes, dataset.Length, await TryGetStatusAsync(modelId).ConfigureAwait(false), moneyMoved, isTransient, reason);
    }

    // Daemons 6.1 lose the first part of every upload, those of 6.2 fail each (protocol f.6); better said before anything is signed.
    private async Task<(Version? Release, UploadNotSupportedException? Obstacle)> LookAtReleaseAsync(DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var told = await daemon.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        var release = ReadRelease(told);
        if (release is { Major: 6, Minor: 1 or 2 })
            return (release, new UploadNotSupportedException(told));
        // The older ones lose it only where they ask the service for prices. That is their operator's choice, which cannot be seen from here.
        var definition = await _service.GetDefinitionAsync(cancellationToken).ConfigureAwait(false);
        return (release, definition.NamesPrices && (release is null || release < new Version(6, 1))
            ? new UploadNotSupportedException(told, ": the service names its prices itself, and then the daemon loses the first part of each upload")
            : null);
    }

    // The first two numbers of v6.2.3 and of whatever builds add to that; null where there are none.
    private static Version? ReadRelease(string told)
    {
        var parts = told.TrimStart('v').Split('.', '-', '+');
        return parts.Length > 1 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? new Version(major, minor) : null;
    }

    // The answer to an upload is no proof: a provider that failed at the very end looks like one that validates (protocol f.6).
    private async Task<ModelStatus> ConfirmAsync(string modelId, ModelStatus told, long bytes, PaymentReceipt receipt, CancellationToken cancellationToken)
    {
        var time = _service.Client.Options.TimeProvider;
        var started = time.GetTimestamp();
        try
        {
            while (true)
            {
                var status = (await GetModelAsync(modelId, cancellationToken).ConfigureAwait(false)).Status;
                // No validation leads to these two: they are from before the upload, and a provider that has it says so within moments.
                if (status is not (ModelStatus.Created or ModelStatus.ReadyToUse) || !_statuses.IsStale(modelId, status))
                    return status;
                if (time.GetElapsedTime(started) >= StaleFor)
                {
                    _statuses.Dropped(modelId, bytes);
                    throw UploadFailedException.Dropped(modelId, bytes, status);
                }

                await Task.Delay(ConfirmPause, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SnetException e) when (e is not UploadFailedException)
        {
            return told; // the upload itself went well; whoever waits for the status asks again
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new PaidStepCanceledException($"{TrainingAuthorizer.UploadRpc} of model '{modelId}'", MoneyMoved.Yes, receipt, e, cancellationToken);
        }
    }

    // For the report of a failure, so it asks for a bounded time and fails for no reason of its own.
    private async Task<ModelStatus?> TryGetStatusAsync(string modelId)
    {
        using var limit = new CancellationTokenSource(_service.Client.Options.AttemptTimeout, _service.Client.Options.TimeProvider);
        try
        {
            return (await GetModelAsync(modelId, limit.Token).ConfigureAwait(false)).Status;
        }
        catch (Exception e) when (e is SnetException or OperationCanceledException)
        {
            return null;
        }
    }
}
