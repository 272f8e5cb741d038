namespace Snet.Protobuf;

/// <summary>A <c>.proto</c> file cannot be read: where, what was expected there, and what stands there instead.</summary>
internal sealed class ProtoParseException : Exception
{
    public ProtoParseException(string file, ProtoPosition position, string problem, Exception? innerException = null)
        : base(position == default ? $"{file}: {problem}" : $"{file}({position.Line},{position.Column}): {problem}", innerException)
        => (File, Line, Column) = (file, position.Line, position.Column);

    /// <summary>The file's name, as it stands in the set.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1; 0 when the file as a whole is meant.</summary>
    public int Line { get; }

    /// <summary>The column in characters, counted from 1; 0 when the file as a whole is meant.</summary>
    public int Column { get; }
}
