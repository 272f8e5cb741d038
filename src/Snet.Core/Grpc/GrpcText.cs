using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Snet.Grpc;

/// <summary>The text forms that gRPC gives to status messages, binary headers and time limits; client and server share them.</summary>
/// <seealso href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP/2</seealso>
internal static class GrpcText
{
    private const int MaxTimeoutDigits = 8;

    /// <summary>Percent-encodes a status message: every byte of its UTF-8 form outside of printable ASCII, and the percent sign.</summary>
    /// <remarks>Blanks at either end are encoded too: HTTP/2 forbids them at the ends of a header's value, and some stacks drop such headers.</remarks>
    public static string EncodeMessage(string message)
    {
        if (IsPlain(message))
            return message;

        var bytes = Encoding.UTF8.GetBytes(message);
        var text = new StringBuilder(bytes.Length * 2);
        for (var i = 0; i < bytes.Length; i++)
        {
            var atEnd = i == 0 || i == bytes.Length - 1;
            if (bytes[i] is < 0x20 or > 0x7e or (byte)'%' || (bytes[i] == ' ' && atEnd))
                text.Append('%').Append(bytes[i].ToString("X2", CultureInfo.InvariantCulture));
            else
                text.Append((char)bytes[i]);
        }

        return text.ToString();
    }

    /// <summary>Decodes a status message. What is no valid escape stays as it is; nothing is ever refused.</summary>
    public static string DecodeMessage(string value)
    {
        if (!value.Contains('%', StringComparison.Ordinal))
            return value;

        var bytes = new List<byte>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                bytes.Add(byte.Parse(value.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }
            else if (value[i] < 0x80)
            {
                bytes.Add((byte)value[i]);
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(value, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Gives bytes as base64 without padding.</summary>
    public static string EncodeBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 256)
            return Convert.ToBase64String(bytes).TrimEnd('=');
        Span<char> text = stackalloc char[344];
        Convert.TryToBase64Chars(bytes, text, out var length);
        return new string(text[..length].TrimEnd('='));
    }

    /// <summary>Reads one base64 value, padded or not.</summary>
    /// <returns>False when the text is no base64.</returns>
    public static bool TryDecodeBytes(ReadOnlySpan<char> value, [NotNullWhen(true)] out byte[]? bytes)
    {
        value = value.Trim().TrimEnd('=');
        Span<char> padded = value.Length < 512 ? stackalloc char[value.Length + 3] : new char[value.Length + 3];
        value.CopyTo(padded);
        padded[value.Length..].Fill('=');
        padded = padded[..((value.Length + 3) / 4 * 4)];

        var buffer = new byte[value.Length / 4 * 3 + 3];
        var valid = Convert.TryFromBase64Chars(padded, buffer, out var written);
        bytes = valid ? buffer[..written] : null;
        return valid;
    }

    /// <summary>Writes a time limit as <c>grpc-timeout</c>: at most eight digits and a unit, rounded up so that the peer is never the stricter one.</summary>
    public static string EncodeTimeout(TimeSpan timeout)
    {
        ReadOnlySpan<(long Ticks, char Unit)> units =
        [
            (TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'), (TimeSpan.TicksPerMinute, 'M'),
        ];
        var ticks = Math.Max(timeout.Ticks, 1);
        foreach (var (unitTicks, unit) in units)
        {
            var count = (ticks - 1) / unitTicks + 1;
            if (count < 100_000_000)
                return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(ticks - 1) / TimeSpan.TicksPerHour + 1}H");
    }

    /// <summary>Reads a <c>grpc-timeout</c>.</summary>
    /// <returns>Null when the text is none.</returns>
    public static TimeSpan? DecodeTimeout(string? value)
    {
        if (value is not { Length: > 1 and <= MaxTimeoutDigits + 1 }
            || !long.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }

        return value[^1] switch
        {
            'n' => TimeSpan.FromTicks((count + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick),
            'u' => TimeSpan.FromTicks(count * TimeSpan.TicksPerMicrosecond),
            'm' => TimeSpan.FromTicks(count * TimeSpan.TicksPerMillisecond),
            'S' => TimeSpan.FromTicks(count * TimeSpan.TicksPerSecond),
            'M' => TimeSpan.FromTicks(count * TimeSpan.TicksPerMinute),
            'H' => TimeSpan.FromTicks(count * TimeSpan.TicksPerHour),
            _ => null,
        };
    }

    private static bool IsPlain(string message)
        => !message.AsSpan().ContainsAnyExceptInRange(' ', '~')
            && !message.Contains('%', StringComparison.Ordinal)
            && !message.StartsWith(' ')
            && !message.EndsWith(' ');
}
