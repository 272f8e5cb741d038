using Snet.Ethereum;
using Snet.Grpc;
using Snet.Sdk.Services;

namespace Snet.Sdk.Training;

/// <summary>Reads what a daemon says to training calls (protocol e.6): one prefix covers very different reasons, so the detail decides.</summary>
internal static class TrainingErrors
{
    /// <summary>Whether the authorization was refused, which a fresh block number mends. Some calls hide the detail.</summary>
    public static bool IsBadAuthorization(GrpcException e) =>
        DaemonErrors.IsExpiredSignature(e) || Says(e, "bad authorization provided");

    /// <summary>Whether the model is missing or not this address's, and the text does not tell which.</summary>
    public static bool IsNoAccess(GrpcException e) => Says(e, "does not have access to model Id");

    /// <summary>Whether there is surely no such model.</summary>
    public static bool IsNoSuchModel(GrpcException e) => Says(e, "model data doesn't exist for modelID") || Says(e, "can't find model to update");

    /// <summary>Whether the model exists and is another's.</summary>
    public static bool IsNotOwner(GrpcException e) => Says(e, "only owner can change the model state");

    /// <summary>Names the error.</summary>
    public static SnetException Describe(GrpcException e, string service, string? modelId, EthereumAddress address)
    {
        if (Says(e, "service end point is not defined or is invalid"))
            return new NoTrainingException(service, "its provider has switched it off, or no method of it can be trained");
        if (e.StatusCode == GrpcStatus.InvalidArgument && Says(e, "missing \"snet-payment-channel-id\""))
            return new NoTrainingException(service, "its daemon is too old to know training");
        if (Says(e, "WrapperServerStream: unexpected message type"))
            return new UploadNotSupportedException("its version is not told");
        if (modelId is not null && IsNoSuchModel(e))
            return new NoSuchModelException(modelId);
        if (modelId is not null && (IsNotOwner(e) || IsNoAccess(e)))
            return new ModelAccessDeniedException(modelId, address);

        var origin = e.IsTransport ? CallOrigin.Transport : Says(e, "rpc error: code = ") ? CallOrigin.Service : CallOrigin.Daemon;
        var advice = IsBadAuthorization(e)
            ? "The node of this client and the daemon's node disagree about the latest block: check RpcEndpoints."
            : "Nothing was charged.";
        return new ServiceCallException(e.StatusCode, e.Detail, origin, advice, e.IsTransport, e) { MoneyMoved = MoneyMoved.No };
    }

    private static bool Says(GrpcException e, string text) => e.Detail.Contains(text, StringComparison.Ordinal);
}
