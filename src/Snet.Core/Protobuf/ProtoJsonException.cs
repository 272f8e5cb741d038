namespace Snet.Protobuf;

/// <summary>A JSON value does not fit the message's type, or bytes are no such message.</summary>
internal sealed class ProtoJsonException(string path, string problem, Exception? innerException = null)
    : Exception(path.Length == 0 ? problem : $"{path}: {problem}", innerException)
{
    /// <summary>The place in the message, such as <c>items[2].name</c>; empty for the message itself.</summary>
    public string Path { get; } = path;
}
