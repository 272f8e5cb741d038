namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// The lists of types in a method's metadata. They are free text (protocol f.1), so this reads what providers are seen to write:
/// <c>png, mp3</c>, <c>.png;.MP3</c>, <c>*.png *.nii.gz</c>.
/// </summary>
internal static class TypeList
{
    private static readonly char[] s_separators = [',', ';', '|', ' ', '\t', '\r', '\n'];
    private static readonly string[] s_everything = ["*", "any", "all"];

    /// <summary>Gives the types in lower case and without dots; none when everything is allowed.</summary>
    public static IReadOnlyList<string> Parse(string? text)
    {
        var words = (text ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        var types = words.Select(Normalize).Where(type => type.Length > 0).Distinct().ToArray();
        return types.Any(type => s_everything.Contains(type)) ? [] : types;
    }

    /// <summary>Says whether a file name ends in one of the types; the case does not matter, and a type may have several parts.</summary>
    public static bool Matches(IReadOnlyList<string> types, string entryName)
    {
        foreach (var type in types)
        {
            if (Matches(type, entryName))
                return true;
        }

        return false;
    }

    /// <summary>Says whether a file name ends in this type. Asked often for each entry, so it makes no garbage.</summary>
    public static bool Matches(string type, string entryName)
    {
        var name = FileName(entryName);
        return name.Length > type.Length + 1
            && name[^(type.Length + 1)] == '.'
            && name.EndsWith(type, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Gives what stands behind the last dot of a file name; a name that starts with its only dot has no type.</summary>
    public static string TypeOf(string entryName)
    {
        var name = FileName(entryName);
        var dot = name.LastIndexOf('.');
        return dot < 0 ? "" : name[(dot + 1)..].ToString();
    }

    /// <summary>Gives the name without folders and without dots in front, which do not begin a type.</summary>
    private static ReadOnlySpan<char> FileName(string entryName) =>
        entryName.AsSpan(entryName.AsSpan().LastIndexOfAny('/', '\\') + 1).TrimStart('.');

    private static string Normalize(string word) =>
        (word.StartsWith("*.", StringComparison.Ordinal) ? word[2..] : word).Trim('.').ToLowerInvariant();
}
