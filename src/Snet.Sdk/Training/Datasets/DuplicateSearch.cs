namespace Snet.Sdk.Training.Datasets;

/// <summary>Finds files of the same name and of the same content once all are known, so that the order of entries plays no part.</summary>
internal static class DuplicateSearch
{
    /// <summary>Reports each file but the first, by name, of those that are alike.</summary>
    public static void Report(List<SeenFile> files, ProblemList errors, ProblemList warnings)
    {
        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var (name, first) in Repeats(files, file => EntryName.Normalize(file.Name), StringComparer.Ordinal))
            errors.Add(DatasetRule.DuplicateName, $"Duplicate file name: `{EntryName.Show(name)}` is there more than once", name);
        foreach (var (name, first) in Repeats(files, file => EntryName.Normalize(file.Name), StringComparer.OrdinalIgnoreCase))
        {
            if (EntryName.Normalize(name) != EntryName.Normalize(first))
                warnings.Add(DatasetRule.DuplicateName, $"File names differ in case only: {Pair(name, first)}", name);
        }

        foreach (var name in FilesThatAreFolders(files))
        {
            errors.Add(DatasetRule.DuplicateName,
                $"Duplicate file name: `{EntryName.Show(name)}` is a file, and others are in a folder of that name", name);
        }

        foreach (var (name, first) in Repeats(files.Where(file => file.Content is not null), file => file.Content!.Value, null))
            warnings.Add(DatasetRule.DuplicateContent, $"Duplicate content: {Pair(name, first)}", name);
    }

    private static string Pair(string name, string first) => $"`{EntryName.Show(name)}` and `{EntryName.Show(first)}`";

    private static HashSet<string> FilesThatAreFolders(List<SeenFile> files)
    {
        var names = files.Select(file => EntryName.Normalize(file.Name)).ToHashSet(StringComparer.Ordinal);
        var (lookup, found) = (names.GetAlternateLookup<ReadOnlySpan<char>>(), new HashSet<string>());
        foreach (var name in names)
        {
            for (var end = name.LastIndexOf('/'); end > 0; end = name.LastIndexOf('/', end - 1))
            {
                if (lookup.TryGetValue(name.AsSpan(0, end), out var file))
                    found.Add(file);
            }
        }

        return found;
    }

    private static IEnumerable<(string Name, string First)> Repeats<TKey>(
        IEnumerable<SeenFile> files, Func<SeenFile, TKey> keyOf, IEqualityComparer<TKey>? comparer) where TKey : notnull
    {
        var firsts = new Dictionary<TKey, string>(comparer);
        foreach (var file in files)
        {
            if (!firsts.TryAdd(keyOf(file), file.Name))
                yield return (file.Name, firsts[keyOf(file)]);
        }
    }
}
