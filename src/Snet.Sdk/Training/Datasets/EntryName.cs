using System.Text;

namespace Snet.Sdk.Training.Datasets;

/// <summary>What can be said of an entry by its name alone.</summary>
internal static class EntryName
{
    private const int MaxPartBytes = 255;
    private const int MaxNameBytes = 4096;
    private const int MaxShown = 200;
    private static readonly string[] s_junkFiles = [".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini"];

    /// <summary>Gives why a name is not safe to unpack on some machine; <see langword="null"/> when it is.</summary>
    public static string? WhyUnsafe(string name)
    {
        if (Parts(name).Count == 0 && !name.StartsWith('.'))
            return "it has no name";
        if (name.Any(char.IsControl))
            return "it has a control character";
        if (name.Contains('\\', StringComparison.Ordinal))
            return "it has a backslash where folders are separated by /";
        if (name.StartsWith('/'))
            return "it starts at the root of the file system";
        if (name is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ':', ..])
            return "it starts with a drive letter";
        if (Parts(name).Contains(".."))
            return "it leaves its folder";
        return IsTooLong(name) ? $"it is longer than {MaxPartBytes} bytes a part or {MaxNameBytes} in all" : null;
    }

    /// <summary>Says whether an entry is what an operating system leaves behind, and no data.</summary>
    public static bool IsJunk(string name) =>
        Parts(name.Replace('\\', '/')) is [.. var folders, var file]
        && (folders.Contains("__MACOSX") || IsJunkPart(file));

    /// <summary>Says whether a file or a folder of this name, without folders, is what an operating system leaves behind.</summary>
    public static bool IsJunkPart(string part) =>
        part == "__MACOSX"
        || part.StartsWith("._", StringComparison.Ordinal)
        || s_junkFiles.Contains(part, StringComparer.OrdinalIgnoreCase);

    /// <summary>Gives the name under which an entry is unpacked: <c>./a//b</c> is <c>a/b</c>.</summary>
    public static string Normalize(string name) =>
        name.StartsWith('.') || name.Contains("//", StringComparison.Ordinal) || name.Contains("/.", StringComparison.Ordinal)
            ? string.Join('/', Parts(name))
            : name;

    /// <summary>Gives a name fit for a message: one line, no control characters, not endless.</summary>
    public static string Show(string name)
    {
        if (name.Length > MaxShown)
            name = name[..MaxShown] + "...";
        return name.Any(char.IsControl) ? string.Concat(name.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) : name;
    }

    private static List<string> Parts(string name) =>
        name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();

    private static bool IsTooLong(string name) =>
        Encoding.UTF8.GetByteCount(name) > MaxNameBytes || Parts(name).Any(part => Encoding.UTF8.GetByteCount(part) > MaxPartBytes);
}
