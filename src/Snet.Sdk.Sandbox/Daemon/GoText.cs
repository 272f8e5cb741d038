using System.Text;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Values as the daemon's language prints them in messages.</summary>
internal static class GoText
{
    private static readonly string[] Codes =
    [
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
        "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
    ];

    /// <summary>Prints a status code of gRPC: <c>NotFound</c>, and <c>Code(1000)</c> for one without a name.</summary>
    public static string Code(int status) => status >= 0 && status < Codes.Length ? Codes[status] : $"Code({status})";

    /// <summary>Prints bytes in decimal, parted by blanks, in brackets: <c>[0 17 255]</c>.</summary>
    public static string Bytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("[");
        foreach (var value in bytes)
            text.Append(text.Length > 1 ? " " : "").Append(value);
        return text.Append(']').ToString();
    }

    /// <summary>Prints the key of a channel or user: <c>{ID: 5}</c>.</summary>
    public static string Key(string id) => $"{{ID: {id}}}";

    /// <summary>Prints raw bytes as text, one character for each.</summary>
    public static string Latin1(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
