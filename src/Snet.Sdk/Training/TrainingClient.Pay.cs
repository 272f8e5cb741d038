using Google.Protobuf;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Wire = global::Training;

namespace Snet.Sdk.Training;

public partial class TrainingClient
{
    /// <summary>Asks the provider what validating a model's uploaded dataset costs.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The price.</returns>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="ModelAccessDeniedException">It is another's.</exception>
    /// <exception cref="NoTrainingException">The service does not train.</exception>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public virtual Task<TokenAmount> ValidateModelPriceAsync(string modelId, CancellationToken cancellationToken = default) =>
        ValidateModelPriceAsync(modelId, null, cancellationToken);

    /// <summary>Asks the provider what validating data behind a link costs.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="trainingDataLink">Where the provider fetches the data; the price may depend on it. Null: the data is uploaded.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <inheritdoc cref="ValidateModelPriceAsync(string, CancellationToken)"/>
    public virtual async Task<TokenAmount> ValidateModelPriceAsync(string modelId, Uri? trainingDataLink, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
        var answer = await _caller.ReadAsync(
            "validate_model_price", modelId,
            authorization => new Wire.AuthValidateRequest { Authorization = authorization, ModelId = modelId, TrainingDataLink = Text(trainingDataLink) },
            Wire.PriceInBaseUnit.Parser, cancellationToken).ConfigureAwait(false);
        return TokenAmount.FromCogs(answer.Price);
    }

    /// <summary>Asks the provider what training a model costs.</summary>
    /// <inheritdoc cref="ValidateModelPriceAsync(string, CancellationToken)"/>
    public virtual async Task<TokenAmount> TrainModelPriceAsync(string modelId, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        await GetTrainingMetadataAsync(cancellationToken).ConfigureAwait(false);
        var answer = await _caller.ReadAsync(
            "train_model_price", modelId, authorization => new Wire.CommonRequest { Authorization = authorization, ModelId = modelId },
            Wire.PriceInBaseUnit.Parser, cancellationToken).ConfigureAwait(false);
        return TokenAmount.FromCogs(answer.Price);
    }

    /// <summary>Pays the provider for training a model on the data that was validated.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="price">The price that <see cref="TrainModelPriceAsync"/> gave. Null: it is asked, and <see cref="TrainOptions.MaxPrice"/> is required.</param>
    /// <param name="options">Settings of this step.</param>
    /// <param name="cancellationToken">Ends the waiting. A payment that has left this process stays valid for the daemon; it is looked up before the next one.</param>
    /// <returns>The status, as a rule <see cref="ModelStatus.Training"/>; see <see cref="WaitForStatusAsync"/>.</returns>
    /// <exception cref="PriceChangedException">The provider's price is another one now. Nothing was paid.</exception>
    /// <exception cref="SpendingLimitException">The price is above a limit. Nothing was signed.</exception>
    /// <exception cref="InsufficientFundsException">The account holds too little. Nothing was signed.</exception>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="ModelAccessDeniedException">It is another's.</exception>
    /// <exception cref="PaymentRejectedException">The daemon refused the payment.</exception>
    /// <exception cref="ServiceCallException">The call failed; <see cref="SnetException.MoneyMoved"/> says whether it was charged.</exception>
    /// <exception cref="PaidStepCanceledException">The token was cancelled; it says what that cost.</exception>
    public virtual Task<ModelStatus> TrainModelAsync(
        string modelId, TokenAmount? price = null, TrainOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        var agreement = Agreement(price, options?.MaxPrice, nameof(TrainOptions));
        return PayAsync(
            "train_model", modelId, agreement, ct => TrainModelPriceAsync(modelId, ct),
            authorization => new Wire.CommonRequest { Authorization = authorization, ModelId = modelId }, cancellationToken);
    }

    /// <summary>Pays the provider for validating data that it fetches itself. This works with every daemon.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="trainingDataLink">Where the provider fetches the data: an absolute address that it can reach.</param>
    /// <param name="price">The price that <see cref="ValidateModelPriceAsync(string, Uri?, CancellationToken)"/> gave for this link. Null: it is asked, and <see cref="TrainOptions.MaxPrice"/> is required.</param>
    /// <param name="options">Settings of this step.</param>
    /// <param name="cancellationToken">Ends the waiting. A payment that has left this process stays valid for the daemon; it is looked up before the next one.</param>
    /// <returns>The status, as a rule <see cref="ModelStatus.Validating"/>; see <see cref="WaitForStatusAsync"/>.</returns>
    /// <inheritdoc cref="TrainModelAsync" path="/exception"/>
    public virtual Task<ModelStatus> ValidateModelAsync(
        string modelId, Uri trainingDataLink, TokenAmount? price = null, TrainOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        ArgumentNullException.ThrowIfNull(trainingDataLink);
        if (!trainingDataLink.IsAbsoluteUri)
            throw new ArgumentException("Give an absolute address that the provider can reach.", nameof(trainingDataLink));
        var agreement = Agreement(price, options?.MaxPrice, nameof(TrainOptions));
        return ValidateAsync(modelId, trainingDataLink, agreement, cancellationToken);
    }

    private static string Text(Uri? link) => link?.OriginalString ?? string.Empty;

    private static PriceAgreement Agreement(TokenAmount? price, TokenAmount? maxPrice, string options) => price is null && maxPrice is null
        ? throw new ArgumentException($"Hand over the price that was agreed, or set {options}.{nameof(TrainOptions.MaxPrice)}.", nameof(price))
        : new PriceAgreement(price, maxPrice, $"{options}.{nameof(TrainOptions.MaxPrice)}");

    private async Task<ModelStatus> PayAsync(
        string rpc, string modelId, PriceAgreement agreement, Func<CancellationToken, Task<TokenAmount>> quote,
        Func<Wire.AuthorizationDetails, IMessage> request, CancellationToken cancellationToken)
    {
        var daemon = await _service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        var (status, _) = await PayAsync(
            rpc, modelId, agreement, quote, PaymentHeaders.TrainCallType, new PaidStep(isSentWhole: null),
            async (headers, ct) =>
            {
                // Signed only now: finding or filling a channel can outlast an authorization's five blocks (protocol j.1 P4).
                var authorization = await _caller.Authorizer.ForAsync(rpc, ct).ConfigureAwait(false);
                var answer = await daemon.SendAsync(
                    TrainingCaller.Prefix + rpc, request(authorization).ToByteArray(), headers, _service.Client.Options.CallTimeout, ct).ConfigureAwait(false);
                return DaemonConnection.Parse(Wire.StatusResponse.Parser, answer);
            },
            cancellationToken).ConfigureAwait(false);
        return status;
    }

    private async Task<(ModelStatus Status, PaymentReceipt Receipt)> PayAsync(
        string rpc, string modelId, PriceAgreement agreement, Func<CancellationToken, Task<TokenAmount>> quote, string paymentType, PaidStep step,
        Func<GrpcMetadata, CancellationToken, Task<Wire.StatusResponse>> send, CancellationToken cancellationToken)
    {
        var what = $"{rpc} of model '{modelId}'";
        try
        {
            // The quote also proves that the model exists: paying for one that does not ends the provider's daemon (protocol e.7).
            var price = agreement.Check(what, await quote(cancellationToken).ConfigureAwait(false));
            var order = new PaymentOrder(_service.OrgId, _service.ServiceId, TrainingCaller.Prefix + rpc, price)
            {
                ModelId = modelId, IsTraining = true, PaymentType = paymentType, Step = step, TimeLimit = _service.Client.Options.CallTimeout,
            };
            return await PayAsync(order, modelId, send, RequoteAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new PaidStepCanceledException(what, step.Fate, step.Receipt, e, cancellationToken);
        }

        async Task<TokenAmount> RequoteAsync(TokenAmount? wanted, CancellationToken ct) =>
            agreement.Check(what, await quote(ct).ConfigureAwait(false));
    }

    private async Task<(ModelStatus Status, PaymentReceipt Receipt)> PayAsync(
        PaymentOrder order, string modelId, Func<GrpcMetadata, CancellationToken, Task<Wire.StatusResponse>> send,
        Func<TokenAmount?, CancellationToken, Task<TokenAmount>> requote, CancellationToken cancellationToken)
    {
        var strategy = _service.GetStrategies(await _service.GetDefinitionAsync(cancellationToken).ConfigureAwait(false)).Escrow;
        var daemon = await _service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var (answer, receipt) = await _service.Client.Caller.CallAsync(strategy, order, daemon, send, requote, cancellationToken).ConfigureAwait(false);
                var status = (ModelStatus)(int)answer.Status;
                _statuses.StepTaken(modelId, status);
                return (status, receipt);
            }
            catch (ServiceCallException e) when (e.InnerException is GrpcException inner && e.MoneyMoved == MoneyMoved.No)
            {
                if (attempt > 0 || !TrainingErrors.IsBadAuthorization(inner))
                    throw inner.IsTransport || DaemonErrors.IsBusy(inner) ? e : _caller.Describe(inner, modelId);
                _caller.Authorizer.Forget();
            }
        }
    }
}
