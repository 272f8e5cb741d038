namespace Snet.Protocol;

/// <summary>The platform's <c>training.proto</c>, which services import and whose archives leave it out (protocol a.7).</summary>
internal static class TrainingProto
{
    /// <summary>The name under which services import it.</summary>
    public const string FileName = "training.proto";

    /// <summary>The message that makes a method trainable when a field of the request has its type (protocol f.1).</summary>
    public const string ModelIdType = "training.ModelID";

    /// <summary>Gives the file's text.</summary>
    public static string ReadText()
    {
        using var stream = typeof(TrainingProto).Assembly.GetManifestResourceStream(FileName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
