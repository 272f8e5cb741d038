using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Sdk.Services;
using Wire = global::Training;

namespace Snet.Sdk.Training;

/// <summary>Makes the unpaid training calls: authorized, repeated once when the authorization has expired, every refusal named.</summary>
internal sealed class TrainingCaller(ServiceClient service)
{
    public const string Prefix = "/training.Daemon/";

    private readonly Lock _lock = new();
    private TrainingAuthorizer? _authorizer;

    /// <summary>Who signs; its address owns the models.</summary>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    public TrainingAuthorizer Authorizer
    {
        get
        {
            lock (_lock)
                return _authorizer ??= new TrainingAuthorizer(service.Client.Chain, service.Client.RequirePaymentSigner());
        }
    }

    private string Name => $"{service.OrgId}/{service.ServiceId}";

    private EthereumAddress Address => service.Client.Options.PaymentSigner?.Address ?? service.Client.Options.Signer?.Address ?? default;

    /// <summary>Asks something that needs no authorization.</summary>
    public async Task<TResponse> AskAsync<TResponse>(string rpc, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>
    {
        var daemon = await service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await daemon.ReadAsync(Prefix + rpc, request, parser, cancellationToken).ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            throw TrainingErrors.Describe(e, Name, null, Address);
        }
    }

    /// <summary>Reads with the authorization that reading calls share.</summary>
    public Task<TResponse> ReadAsync<TResponse>(
        string rpc, string? modelId, Func<Wire.AuthorizationDetails, IMessage> request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> =>
        RepeatAsync(modelId, async ct =>
        {
            var daemon = await service.GetDaemonAsync(ct).ConfigureAwait(false);
            var authorization = await Authorizer.ForReadingAsync(ct).ConfigureAwait(false);
            return await daemon.ReadAsync(Prefix + rpc, request(authorization), parser, ct).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>Changes something; what does not reach the daemon is reported, not repeated.</summary>
    public Task<TResponse> ChangeAsync<TResponse>(
        string rpc, string? modelId, Func<Wire.AuthorizationDetails, IMessage> request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> =>
        RepeatAsync(modelId, async ct =>
        {
            var daemon = await service.GetDaemonAsync(ct).ConfigureAwait(false);
            var authorization = await Authorizer.ForAsync(rpc, ct).ConfigureAwait(false);
            try
            {
                var answer = await daemon.SendAsync(Prefix + rpc, request(authorization).ToByteArray(), null, service.Client.Options.CallTimeout, ct).ConfigureAwait(false);
                return DaemonConnection.Parse(parser, answer);
            }
            catch (GrpcException e) when (DaemonConnection.IsNotSent(e))
            {
                throw daemon.Unavailable(e);
            }
        }, cancellationToken);

    /// <summary>Names the failure of a paid call.</summary>
    public SnetException Describe(GrpcException e, string modelId) => TrainingErrors.Describe(e, Name, modelId, Address);

    private async Task<T> RepeatAsync<T>(string? modelId, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call(cancellationToken).ConfigureAwait(false);
            }
            catch (GrpcException e) when (attempt == 0 && TrainingErrors.IsBadAuthorization(e))
            {
                Authorizer.Forget();
            }
            catch (GrpcException e) when (modelId is not null && TrainingErrors.IsNoAccess(e))
            {
                throw await FindOutAsync(modelId, cancellationToken).ConfigureAwait(false);
            }
            catch (GrpcException e)
            {
                throw TrainingErrors.Describe(e, Name, modelId, Address);
            }
        }
    }

    // "No access" is also said of models that never were or were deleted. Asking for a price tells them apart; it changes nothing here.
    private async Task<SnetException> FindOutAsync(string modelId, CancellationToken cancellationToken)
    {
        var daemon = await service.GetDaemonAsync(cancellationToken).ConfigureAwait(false);
        var request = new Wire.CommonRequest
        {
            Authorization = await Authorizer.ForReadingAsync(cancellationToken).ConfigureAwait(false), ModelId = modelId,
        };
        try
        {
            await daemon.ReadAsync(Prefix + "train_model_price", request, Wire.PriceInBaseUnit.Parser, cancellationToken).ConfigureAwait(false);
            return new NoSuchModelException(modelId); // the creator asks for a price and has no access: it was deleted
        }
        catch (GrpcException e)
        {
            return TrainingErrors.IsNotOwner(e) ? new ModelAccessDeniedException(modelId, Address) : new NoSuchModelException(modelId);
        }
    }
}
