using Google.Protobuf.Reflection;

namespace Snet.Protobuf;

/// <summary>All that this room knows of training: the file that services import, and the type that marks a trainable method.</summary>
internal static class TrainingProto
{
    /// <summary>The name under which services import the file. It is normally not in their archive (protocol a.7).</summary>
    public const string FileName = "training.proto";

    /// <summary>A method is trainable when its request has a field of this type (protocol f.1).</summary>
    public const string ModelIdType = "training.ModelID";

    /// <summary>Reads the copy that comes along with this assembly.</summary>
    public static string ReadText()
    {
        using var stream = typeof(TrainingProto).Assembly.GetManifestResourceStream(FileName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Finds the field that says which model a call is for, whatever its name and number; null when there is none.</summary>
    public static FieldDescriptor? FindModelIdField(MessageDescriptor request) => request.Fields.InDeclarationOrder()
        .FirstOrDefault(field => field.FieldType == FieldType.Message && field.MessageType.FullName == ModelIdType);
}
