namespace Snet.Sdk.Training.Datasets;

/// <summary>Checks a dataset against what a method asks for, on the user's machine and before anything is paid.</summary>
internal static class DatasetChecker
{
    /// <summary>Opens a dataset, checks it and closes it again.</summary>
    /// <param name="source">The dataset.</param>
    /// <param name="rules">What the method asks for.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>Everything that was found. Damage in the archive is part of it; only faults of the machine are exceptions.</returns>
    public static async Task<DatasetReport> CheckAsync(DatasetSource source, MethodMetadata rules, CancellationToken cancellationToken)
    {
        var dataset = await source.OpenAsync(rules, cancellationToken).ConfigureAwait(false);
        await using (dataset.ConfigureAwait(false))
            return await CheckAsync(dataset, rules, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks a dataset that is open, and leaves it open, at its start: what was checked is what can then be sent.</summary>
    public static Task<DatasetReport> CheckAsync(OpenedDataset dataset, MethodMetadata rules, CancellationToken cancellationToken) =>
        CheckAsync(dataset, rules, DatasetLimits.Default, cancellationToken);

    /// <summary>Checks an open dataset within other limits than the usual ones.</summary>
    public static async Task<DatasetReport> CheckAsync(
        OpenedDataset dataset, MethodMetadata rules, DatasetLimits limits, CancellationToken cancellationToken)
    {
        // Unpacking keeps a processor busy, and the archive libraries read synchronously.
        using var archive = new SourceStream(dataset.Content);
        using var check = new DatasetCheck(dataset, archive, rules, limits);
        var report = await Task.Run(() => check.RunAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        dataset.Content.Position = 0;
        return report;
    }
}
