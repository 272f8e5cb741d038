using Google.Protobuf;
using Snet.Protocol;
using Snet.Sdk.Sandbox.Daemon.Payments;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>Training as a whole: on when the proto files and the settings have it, off otherwise.</summary>
internal sealed class TrainingServices : IDisposable
{
    /// <summary>The path of the one training method that is a stream.</summary>
    public const string UploadPath = "/training.Daemon/upload_and_validate";

    private readonly ModelStore _store = new();
    private readonly TrainingRoom _room;
    private readonly TrainingMethods? _methods;
    private readonly StatusWorker? _worker;
    private readonly Upload _upload;

    public TrainingServices(DaemonParts parts)
    {
        _room = new TrainingRoom(
            parts, new ServiceConnection(parts.Configuration.TrainingEndpoint, parts.Configuration.MaxMessageSize), _store);
        _methods = parts.Configuration.TrainingEnabled ? TrainingMethods.Read(parts.Metadata.ProtoFiles) : null;
        _worker = _methods is null ? null : new StatusWorker(_room);
        _upload = new Upload(_room);
        Prices = new StoredPrices(parts.State, _store);
    }

    /// <summary>What paid training calls cost.</summary>
    public StoredPrices Prices { get; }

    /// <summary>The trainable methods; null while training is off.</summary>
    public TrainingMetadata? Metadata => _methods?.Metadata;

    /// <summary>Adds the unary methods.</summary>
    public void Register(DaemonRouter router)
    {
        if (_methods is null)
        {
            TrainingOff.Register(router);
            AddPaid<AuthValidateRequest>(router, "/training.Daemon/validate_model", TrainingOff.Refuse);
            AddPaid<CommonRequest>(router, "/training.Daemon/train_model", TrainingOff.Refuse);
            return;
        }

        new CreateModel(_room).Register(router);
        new ModelPrices(_room).Register(router);
        new ReadModels(_room).Register(router);
        new ChangeModels(_room).Register(router);
        new TrainingMetadataCalls(_room, _methods).Register(router);
        var paid = new PaidModelCalls(_room);
        AddPaid<AuthValidateRequest>(router, "/training.Daemon/validate_model", paid.ValidateAsync);
        AddPaid<CommonRequest>(router, "/training.Daemon/train_model", paid.TrainAsync);
    }

    /// <summary>What an upload does once it is paid for.</summary>
    public StreamHandler UploadHandler() => (_methods, _room.Parts.Quirks.UploadWorks) switch
    {
        (null, _) => (_, _, _, cancellationToken) => TrainingOff.Refuse(UploadPath, cancellationToken),
        (_, true) => _upload.RunAsync,
        (_, false) => (_, _, _, _) => throw StreamCalls.WrongMessage("*training.UploadAndValidateRequest"),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _worker?.Dispose();
        _upload.Dispose();
        _room.Provider.Dispose();
    }

    // Paid unary methods take train-call alone (protocol e.1).
    private void AddPaid<TRequest>(DaemonRouter router, string path, Func<TRequest, CancellationToken, Task<IMessage>> handler)
        where TRequest : IMessage<TRequest>, new()
    {
        var escrow = new EscrowPayment(_room.Parts, Prices.OfUnaryAsync);
        var types = new PaymentTypes(
            new Dictionary<string, IPaymentHandler> { [PaymentHeaders.TrainCallType] = escrow }, PaymentHeaders.TrainCallType,
            _room.Parts.Configuration.BlockchainEnabled);
        router.AddCall<TRequest>(path, async (headers, request, cancellationToken) =>
        {
            var payment = await types.ValidateAsync(new PaymentRequest(path, headers, default), cancellationToken).ConfigureAwait(false);
            return await Settlement.SettleAsync(_room.Parts.State, payment, () => handler(request, cancellationToken))
                .ConfigureAwait(false);
        });
    }
}
