using System.Text;

namespace Snet.Sdk.Training.Datasets;

/// <summary>What can be said of an entry by its name alone.</summary>
internal static class EntryName
{
    /// <summary>What stands in a name for bytes that are no text in the encoding that they should have.</summary>
    public const char NotDecoded = '\uFFFD';

    private const int MaxPartBytes = 255;
    private const int MaxNameBytes = 4096;
    private const int MaxShown = 200;
    private static readonly string[] s_junkFiles = [".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini"];

    /// <summary>Gives why a name is not safe to unpack on some machine; <see langword="null"/> when it is.</summary>
    public static string? WhyUnsafe(string name)
    {
        var (hasParts, climbs, isLong) = LookAtParts(name);
        if (!hasParts && !name.StartsWith('.'))
            return "it has no name";
        if (HasControl(name))
            return "it has a control character";
        if (name.Contains('\\', StringComparison.Ordinal))
            return "it has a backslash where folders are separated by /";
        if (name.StartsWith('/'))
            return "it starts at the root of the file system";
        if (name is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ':', ..])
            return "it starts with a drive letter";
        if (climbs)
            return "it leaves its folder";
        return isLong || IsLongerThan(MaxNameBytes, name) ? $"it is longer than {MaxPartBytes} bytes a part or {MaxNameBytes} in all" : null;
    }

    /// <summary>Says whether an entry is what an operating system leaves behind, and no data.</summary>
    public static bool IsJunk(string name)
    {
        var file = ReadOnlySpan<char>.Empty;
        foreach (var range in name.AsSpan().SplitAny('/', '\\'))
        {
            var part = name.AsSpan()[range];
            if (part is "__MACOSX")
                return true;
            if (part is not ("" or "."))
                file = part;
        }

        return IsJunkPart(file);
    }

    /// <summary>Says whether a file or a folder of this name, without folders, is what an operating system leaves behind.</summary>
    public static bool IsJunkPart(ReadOnlySpan<char> part)
    {
        if (part is "__MACOSX" || part.StartsWith("._"))
            return true;
        foreach (var junk in s_junkFiles)
        {
            if (part.Equals(junk, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Gives the name under which an entry is unpacked: <c>./a//b/</c> is <c>a/b</c>.</summary>
    public static string Normalize(string name) =>
        name.StartsWith('.') || name.EndsWith('/') || name.Contains("//", StringComparison.Ordinal) || name.Contains("/.", StringComparison.Ordinal)
            ? string.Join('/', Parts(name))
            : name;

    /// <summary>Gives a name fit for a message: one line, no control characters, not endless.</summary>
    public static string Show(string name)
    {
        if (name.Length > MaxShown)
            name = name[..MaxShown] + "...";
        return HasControl(name) ? string.Concat(name.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) : name;
    }

    private static (bool HasParts, bool Climbs, bool IsLong) LookAtParts(string name)
    {
        var (hasParts, climbs, isLong) = (false, false, false);
        foreach (var range in name.AsSpan().Split('/'))
        {
            var part = name.AsSpan()[range];
            hasParts |= part is not ("" or ".");
            climbs |= part is "..";
            isLong |= IsLongerThan(MaxPartBytes, part);
        }

        return (hasParts, climbs, isLong);
    }

    private static bool HasControl(string name) => name.AsSpan().ContainsAnyInRange('\0', '\u001F') || name.AsSpan().ContainsAnyInRange('\u007F', '\u009F');

    private static IEnumerable<string> Parts(string name) =>
        name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");

    private static bool IsLongerThan(int bytes, ReadOnlySpan<char> text) => text.Length > bytes || Encoding.UTF8.GetByteCount(text) > bytes;
}
