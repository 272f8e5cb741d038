using System.Text;

namespace Snet.Protocol;

/// <summary>Texts as the Registry keeps them: ids in 32 bytes, URIs in bytes filled up with zeros (protocol a.1).</summary>
internal static class Bytes32
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes an id's UTF-8 bytes, filled up with zeros on the right.</summary>
    /// <exception cref="ArgumentException">The id is empty, longer than 32 bytes, holds a zero byte or is no valid Unicode. (A daemon would silently cut it.)</exception>
    public static byte[] FromId(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var bytes = Utf8.GetBytes(id);
        if (bytes.Length > 32 || bytes.Contains((byte)0))
            throw new ArgumentException($"The id '{id}' has {bytes.Length} bytes in UTF-8; the Registry takes 1 to 32 and no zero byte.", nameof(id));
        return [.. bytes, .. new byte[32 - bytes.Length]];
    }

    /// <summary>Reads text that is filled up with zero bytes.</summary>
    public static string ToText(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.TrimEnd((byte)0));

    /// <summary>Reads a payment group's id: base64 (standard alphabet, padded) of 32 bytes.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static byte[] FromGroupId(string text)
    {
        var bytes = new byte[33];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length != 32 || text.Length != 44)
            throw new FormatException($"The group id '{text}' is not the base64 text of 32 bytes.");
        return bytes[..32];
    }
}
