using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Snet.Protobuf;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>What the service's proto files say of training (protocol f.1).</summary>
internal sealed class TrainingMethods
{
    private readonly Dictionary<string, MethodMetadata> _options = new(StringComparer.Ordinal);

    private TrainingMethods(ProtoSet protos)
    {
        foreach (var method in protos.Services.SelectMany(service => service.Methods))
        {
            // Once for each field of the type.
            foreach (var _ in method.Input.Fields.InDeclarationOrder().Where(IsModelId))
                AddTrainable(method);
            _options[method.ServiceName + method.Name] = ReadOptions(method);
        }
    }

    /// <summary>The answer to <c>get_training_metadata</c>.</summary>
    public TrainingMetadata Metadata { get; } = new() { TrainingEnabled = true };

    /// <summary>Reads the files of a service.</summary>
    /// <returns>Null when no method can be trained, or the files do not compile: training is off then.</returns>
    public static TrainingMethods? Read(IReadOnlyDictionary<string, string> files)
    {
        try
        {
            var methods = new TrainingMethods(ProtoSet.Parse(files));
            return methods.Metadata.TrainingInProto ? methods : null;
        }
        catch (ProtoParseException)
        {
            return null;
        }
    }

    /// <summary>Gives the options of a method; none of them set when it has none or is not known.</summary>
    public MethodMetadata Find(string serviceName, string methodName) =>
        _options.TryGetValue(serviceName + methodName, out var options) ? options : new MethodMetadata();

    private static bool IsModelId(FieldDescriptor field) =>
        field.FieldType == FieldType.Message && field.MessageType.FullName == TrainingProto.ModelIdType;

    private void AddTrainable(ProtoMethod method)
    {
        Metadata.TrainingInProto = true;
        if (!Metadata.TrainingMethods.TryGetValue(method.ServiceName, out var names))
            Metadata.TrainingMethods[method.ServiceName] = names = new ListValue();
        names.Values.Add(Value.ForString(method.Name));
    }

    private static MethodMetadata ReadOptions(ProtoMethod method) => new()
    {
        DefaultModelId = method.GetTextOption("training.default_model_id") ?? "",
        MaxModelsPerUser = method.GetNumberOption("training.max_models_per_user") ?? 0,
        DatasetMaxSizeMb = method.GetNumberOption("training.dataset_max_size_mb") ?? 0,
        DatasetMaxCountFiles = method.GetNumberOption("training.dataset_max_count_files") ?? 0,
        DatasetMaxSizeSingleFileMb = method.GetNumberOption("training.dataset_max_size_single_file_mb") ?? 0,
        DatasetFilesType = method.GetTextOption("training.dataset_files_type") ?? "",
        DatasetType = method.GetTextOption("training.dataset_type") ?? "",
        DatasetDescription = method.GetTextOption("training.dataset_description") ?? "",
    };
}
