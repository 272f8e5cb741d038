namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Collects problems in whatever order they turn up and gives them in a fixed one, so that a report does not depend on the order of
/// the entries. Keeps a bounded number for each rule.
/// </summary>
internal sealed class ProblemList(int maxPerRule)
{
    private readonly Dictionary<string, Group> _groups = [];

    /// <summary>Whether nothing was added yet.</summary>
    public bool IsEmpty => _groups.Count == 0;

    /// <summary>Adds a problem of the dataset, or of one entry of it.</summary>
    public void Add(string rule, string message, string? entry = null) => Add(new DatasetProblem(rule, message, entry));

    /// <summary>Adds a problem.</summary>
    public void Add(DatasetProblem problem)
    {
        if (!_groups.TryGetValue(problem.Rule, out var group))
            _groups.Add(problem.Rule, group = new Group());
        group.Count++;
        group.Listed.Add(problem);
        if (group.Listed.Count >= 2 * maxPerRule)
            group.Keep(maxPerRule);
    }

    /// <summary>Gives the problems: those of the dataset first, then by name of entry, then one line for each rule that has more.</summary>
    public IReadOnlyList<DatasetProblem> ToList()
    {
        foreach (var group in _groups.Values)
            group.Keep(maxPerRule);
        var listed = _groups.Values.SelectMany(group => group.Listed).Order(Comparer<DatasetProblem>.Create(Compare));
        var more = _groups.OrderBy(pair => DatasetRule.Rank(pair.Key))
            .Where(pair => pair.Value.Count > maxPerRule)
            .Select(pair => new DatasetProblem(pair.Key, $"... and {pair.Value.Count - maxPerRule} more of the rule {pair.Key}"));
        return [.. listed, .. more];
    }

    private static int Compare(DatasetProblem a, DatasetProblem b)
    {
        var order = string.CompareOrdinal(a.Entry, b.Entry); // null comes first
        if (order == 0)
            order = DatasetRule.Rank(a.Rule).CompareTo(DatasetRule.Rank(b.Rule));
        return order != 0 ? order : string.CompareOrdinal(a.Message, b.Message);
    }

    private sealed class Group
    {
        public List<DatasetProblem> Listed { get; } = [];
        public long Count { get; set; }

        public void Keep(int count)
        {
            if (Listed.Count <= count)
                return;
            Listed.Sort(Compare);
            Listed.RemoveRange(count, Listed.Count - count);
        }
    }
}
