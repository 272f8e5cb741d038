namespace Snet.Sdk.Training.Datasets;

/// <summary>One check of one dataset: what it is, whether that is allowed, and then every entry of it. Used once.</summary>
internal sealed class DatasetCheck : IDisposable
{
    private readonly OpenedDataset _dataset;
    private readonly MethodMetadata _rules;
    private readonly DatasetLimits _limits;
    private readonly SourceStream _archive;
    private readonly ExpansionMeter _meter;
    private readonly ProblemList _errors;
    private readonly ProblemList _warnings;
    private readonly EntryCheck _entries;
    private bool _readToEnd;

    /// <summary>Prepares the check.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="archive">Its bytes.</param>
    /// <param name="rules">What the method asks for.</param>
    /// <param name="limits">What the check puts up with.</param>
    public DatasetCheck(OpenedDataset dataset, SourceStream archive, MethodMetadata rules, DatasetLimits limits)
    {
        (_dataset, _archive, _rules, _limits) = (dataset, archive, rules, limits);
        _meter = new ExpansionMeter(dataset.Length, limits);
        _errors = new ProblemList(limits.MaxProblemsPerRule);
        _warnings = new ProblemList(limits.MaxProblemsPerRule);
        _entries = new EntryCheck(rules, _archive, _meter, _errors, _warnings);
    }

    public async Task<DatasetReport> RunAsync(CancellationToken cancellationToken)
    {
        AddPackingProblems();
        CheckSize();
        var (kind, entries) = Recognize(cancellationToken);
        if (entries is not null)
        {
            await ReadAsync(entries, cancellationToken).ConfigureAwait(false);
            CheckContent();
        }

        return new DatasetReport(
            _dataset.FileName,
            kind,
            _dataset.Length,
            _entries.FileCount,
            _entries.UnpackedSize,
            _errors.ToList(),
            _warnings.ToList(),
            _rules.DatasetDescription);
    }

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    private void AddPackingProblems()
    {
        foreach (var problem in _dataset.PackingErrors)
            _errors.Add(problem);
        foreach (var problem in _dataset.PackingWarnings)
            _warnings.Add(problem);
    }

    private void CheckSize()
    {
        var (size, limit) = (_dataset.Length, _rules.DatasetMaxSizeMb);
        if (Megabytes.IsAbove(size, limit))
            _errors.Add(DatasetRule.DatasetSize, $"Too big dataset size: {Megabytes.FormatAbove(size, limit)} MB > {limit} MB");
        if (size == 0)
            _errors.Add(DatasetRule.EmptyDataset, "Empty dataset: it has no bytes");
    }

    /// <summary>Finds out what the dataset is; no entries when it is damaged at the start or nobody knows how to read it.</summary>
    private (string Kind, IAsyncEnumerable<DatasetEntry>? Entries) Recognize(CancellationToken cancellationToken)
    {
        _archive.Position = 0;
        var start = ArchiveSniffer.ReadStart(_archive);
        var (claimed, found) = (ArchiveKind.FromName(_dataset.FileName), ArchiveSniffer.FromContent(_archive, start));
        _archive.ThrowIfFaulted();
        var kind = Settle(claimed, found);
        var entries = ReadHere(kind, cancellationToken);
        var extra = entries is null ? _dataset.Readers.FirstOrDefault(reader => reader.CanRead(_dataset.FileName, start)) : null;
        var word = kind?.Name ?? extra?.Kind ?? claimed?.Name ?? TypeList.TypeOf(_dataset.FileName);
        if (_dataset.Length == 0)
            return (word, null);

        entries ??= extra?.ReadAsync(_archive, cancellationToken);
        CheckType(word);
        CheckName(claimed, kind, isRead: entries is not null);
        if (entries is null && (kind ?? claimed) == kind)
            AddUnchecked($"it is not known here how to read {(word.Length > 0 ? word : "it")}");
        return (word, entries);
    }

    /// <summary>The content decides, except that gzip or bzip2 whose name says that a tar is inside must hold one.</summary>
    private static ArchiveKind? Settle(ArchiveKind? claimed, ArchiveKind? found) =>
        (found == ArchiveKind.Gz && claimed == ArchiveKind.TarGz) || (found == ArchiveKind.Bz2 && claimed == ArchiveKind.TarBz2)
            ? claimed
            : found;

    private IAsyncEnumerable<DatasetEntry>? ReadHere(ArchiveKind? kind, CancellationToken cancellationToken) =>
        kind == ArchiveKind.Zip ? new ZipDatasetReader(_limits).Read(_archive).ToAsyncEnumerable()
        : kind == ArchiveKind.Tar || kind == ArchiveKind.TarGz || kind == ArchiveKind.TarBz2
            ? new TarDatasetReader(kind, _limits, _meter).Read(_archive, cancellationToken).ToAsyncEnumerable()
        : null;

    private void CheckType(string word)
    {
        var types = _rules.AllowedArchiveTypes;
        if (!ArchiveKind.IsAllowed(types, word, _dataset.FileName))
        {
            _errors.Add(DatasetRule.ArchiveType,
                $"Wrong dataset type: `{word}` in file: `{ShownName}`. Allowed dataset types: {string.Join(", ", types)}");
        }
    }

    private void CheckName(ArchiveKind? claimed, ArchiveKind? kind, bool isRead)
    {
        if (claimed == kind || (kind is null && isRead))
            return;
        if (claimed is null)
            _warnings.Add(DatasetRule.ArchiveName, $"The name `{ShownName}` does not say that the dataset is {kind}");
        else if (kind is null)
            _errors.Add(DatasetRule.Corrupt, $"Damaged dataset: `{ShownName}` is named {claimed}, and its content is not {claimed}");
        else if ((claimed, kind) != (ArchiveKind.Gz, ArchiveKind.TarGz) && (claimed, kind) != (ArchiveKind.Bz2, ArchiveKind.TarBz2))
            _errors.Add(DatasetRule.ArchiveName, $"Wrong dataset name: `{ShownName}` is named {claimed}, and its content is {kind}");
    }

    private async Task ReadAsync(IAsyncEnumerable<DatasetEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var entry in entries.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (_entries.EntryCount == _limits.MaxEntries)
                {
                    _errors.Add(DatasetRule.EntryCount, $"Too many entries: the check ended after {_limits.MaxEntries}");
                    break;
                }

                _entries.Check(entry, cancellationToken);
            }

            _readToEnd = true;
        }
        catch (ExpansionException e)
        {
            _errors.Add(DatasetRule.Expansion,
                $"Too big when unpacked: the dataset of {Megabytes.Show(_dataset.Length)} unpacks into more than "
                + $"{Megabytes.Show(e.Allowed)}; the check ended there");
        }
        catch (NotSupportedException e)
        {
            AddUnchecked(e.Message);
        }
        catch (Exception e) when (Damage.Is(e))
        {
            _archive.ThrowIfFaulted();
            if (!_entries.LastWasDamaged)
                _errors.Add(DatasetRule.Corrupt, $"Damaged dataset: {e.Message}");
        }
    }

    private void CheckContent()
    {
        var (count, limit) = (_entries.FileCount, _rules.DatasetMaxCountFiles);
        if (limit > 0 && count > limit)
            _errors.Add(DatasetRule.FileCount, $"Too many files: {count} > {limit}");
        if (count == 0 && _errors.IsEmpty && _readToEnd)
            _errors.Add(DatasetRule.EmptyDataset, "Empty dataset: there are no files in it");
        _entries.ReportDuplicates();
    }

    private void AddUnchecked(string reason) => _warnings.Add(DatasetRule.Unchecked,
        $"The content of `{ShownName}` was not checked to its end: {reason}. It is sent as it is");

    private string ShownName => EntryName.Show(_dataset.FileName);
}
