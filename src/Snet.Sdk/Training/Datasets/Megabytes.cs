using System.Globalization;

namespace Snet.Sdk.Training.Datasets;

/// <summary>Sizes in MB of 1024 * 1024 bytes, compared and written as the platform's guide and its Python SDK do.</summary>
internal static class Megabytes
{
    private const long Bytes = 1024 * 1024;

    /// <summary>Says whether a size is above a limit in MB; a limit of 0 is none.</summary>
    public static bool IsAbove(long bytes, long limitMb) => limitMb > 0 && (Int128)bytes > (Int128)limitMb * Bytes;

    /// <summary>Writes a size: whole KB first, then MB with as many digits as that takes (<c>24.65625</c>, <c>11.0</c>).</summary>
    public static string Format(long bytes) => Write(bytes / 1024 / 1024d);

    /// <summary>
    /// Writes a size that is above a limit. Cutting to whole KB would turn 10 MB and one byte into "10.0 MB > 10 MB", so the bytes are
    /// kept where they make the difference.
    /// </summary>
    public static string FormatAbove(long bytes, long limitMb) =>
        bytes / 1024 * 1024 > limitMb * Bytes ? Format(bytes) : Write(bytes / (double)Bytes);

    /// <summary>Writes a size for people, which no wording of the guide is given for: below 1 MB in bytes.</summary>
    public static string Show(long bytes) =>
        bytes < Bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes") : Format(bytes) + " MB";

    private static string Write(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.IsInteger(value) ? text + ".0" : text;
    }
}
