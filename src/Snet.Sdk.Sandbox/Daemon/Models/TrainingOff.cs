using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>The training services while training is off: one text for all of them (protocol e.6, last row).</summary>
internal static class TrainingOff
{
    /// <summary>Adds the methods that cost nothing.</summary>
    public static void Register(DaemonRouter router)
    {
        router.Add<NewModelRequest>("/training.Daemon/create_model", Refuse);
        router.Add<AuthValidateRequest>("/training.Daemon/validate_model_price", Refuse);
        router.Add<CommonRequest>("/training.Daemon/train_model_price", Refuse);
        router.Add<CommonRequest>("/training.Daemon/delete_model", Refuse);
        router.Add<AllModelsRequest>("/training.Daemon/get_all_models", Refuse);
        router.Add<CommonRequest>("/training.Daemon/get_model", Refuse);
        router.Add<UpdateModelRequest>("/training.Daemon/update_model", Refuse);
        router.Add<Empty>("/training.Daemon/get_training_metadata", Refuse);
        router.Add<MethodMetadataRequest>("/training.Daemon/get_method_metadata", Refuse);
    }

    /// <summary>Refuses a call, a paid one after its payment was checked.</summary>
    public static Task<IMessage> Refuse(object request, CancellationToken cancellationToken) =>
        throw DaemonRefusals.Plain("service end point is not defined or is invalid , please contact the AI developer");
}
