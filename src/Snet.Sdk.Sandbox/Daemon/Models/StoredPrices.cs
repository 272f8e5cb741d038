using System.Numerics;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Daemon.Payments;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>What paid training calls cost: the stored quote of the model that the header names; 0 when none was asked for (protocol
/// f.3).</summary>
/// <param name="state">Learns of requests that end the process.</param>
/// <param name="store">The models; empty while training is off.</param>
internal sealed class StoredPrices(DaemonState state, ModelStore store)
{
    /// <summary>The price of an upload.</summary>
    /// <exception cref="Snet.Grpc.GrpcException">The header is missing (e.3 #15).</exception>
    public Task<BigInteger> OfUploadAsync(PaymentRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<BigInteger>(Find(request, "no training model found").ValidatePrice);

    /// <summary>The price of <c>validate_model</c> or <c>train_model</c>.</summary>
    /// <exception cref="Snet.Grpc.GrpcException">The header is missing (e.3 #15).</exception>
    public Task<BigInteger> OfUnaryAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        var model = Find(request, "[trainUnaryValidator] no training model found");
        return Task.FromResult<BigInteger>(request.Method == "/training.Daemon/train_model" ? model.TrainPrice : model.ValidatePrice);
    }

    private TrainingModel Find(PaymentRequest request, string missing)
    {
        // Of several values the first counts (e.1).
        var id = request.Headers.GetString(PaymentHeaders.TrainModelId) ?? throw DaemonRefusals.Internal(missing);
        return store.Find(id)
            ?? throw state.End($"{request.Method} was paid for the model '{id}' of {PaymentHeaders.TrainModelId}, which does not exist: "
            + "the daemon's process ends and the channel stays locked. Ask for the model's price right before (protocol e.7).");
    }
}
