using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary><c>get_training_metadata</c> and <c>get_method_metadata</c>, which need no authorization (protocol f.1).</summary>
internal sealed class TrainingMetadataCalls(TrainingRoom room, TrainingMethods methods)
{
    /// <summary>Adds the methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<Empty>("/training.Daemon/get_training_metadata", (_, _) => Task.FromResult<IMessage>(methods.Metadata));
        router.Add<MethodMetadataRequest>("/training.Daemon/get_method_metadata", (request, _) => Task.FromResult<IMessage>(Find(request)));
    }

    private MethodMetadata Find(MethodMetadataRequest request)
    {
        if (request.ModelId.Length == 0)
            return methods.Find(request.GrpcServiceName, request.GrpcMethodName);
        var model = room.Store.Find(request.ModelId) ?? throw room.Parts.State.End(
            $"get_method_metadata with the model id '{request.ModelId}', which does not exist: the daemon's process ends. "
            + "Ask by service and method name (protocol e.7).");
        return methods.Find(model.ServiceName, model.MethodName); // the names of the request do not count
    }
}
