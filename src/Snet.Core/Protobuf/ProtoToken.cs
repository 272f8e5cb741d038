using Google.Protobuf;

namespace Snet.Protobuf;

/// <summary>A place in a <c>.proto</c> text; line and column count from 1, and <c>default</c> means no place.</summary>
internal readonly record struct ProtoPosition(int Line, int Column);

/// <summary>What a token of a <c>.proto</c> text is.</summary>
internal enum ProtoTokenKind
{
    End,
    Identifier,
    Integer,
    Float,
    Text,
    Symbol,
}

/// <summary>One token of a <c>.proto</c> text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters as written; of a quoted text only the opening quote.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="Bytes">What a quoted text means, escapes resolved; bytes, because <c>"\xff"</c> is allowed.</param>
internal readonly record struct ProtoToken(ProtoTokenKind Kind, string Text, ProtoPosition Position, ByteString? Bytes = null)
{
    /// <summary>Says whether this is the given word or symbol.</summary>
    public bool Is(string text) => Kind is ProtoTokenKind.Identifier or ProtoTokenKind.Symbol && Text == text;

    /// <summary>Gives the token for an error message.</summary>
    public override string ToString() => Kind switch
    {
        ProtoTokenKind.End => "the end of the file",
        ProtoTokenKind.Text => "a quoted text",
        _ => $"'{Text}'",
    };
}
