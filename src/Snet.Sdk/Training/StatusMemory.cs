using System.Collections.Concurrent;

namespace Snet.Sdk.Training;

/// <summary>Remembers what this client saw of its models, so that a wait can tell a status from before a step from one after it.</summary>
internal sealed class StatusMemory
{
    private readonly ConcurrentDictionary<string, Entry> _models = new(StringComparer.Ordinal);

    /// <summary>A status was seen.</summary>
    public void Saw(string modelId, ModelStatus status) =>
        _models.AddOrUpdate(modelId, new Entry(status, null), (_, entry) => entry.Stale == status ? entry with { Last = status } : new Entry(status, null));

    /// <summary>A step was taken that ends in another status; the one from before may still be told for a moment.</summary>
    public void StepTaken(string modelId, ModelStatus answer) =>
        _models.AddOrUpdate(modelId, new Entry(answer, null), (_, entry) => new Entry(answer, entry.Last == answer ? null : entry.Last));

    /// <summary>Whether a status is the one from before the last step and nothing else was seen since.</summary>
    public bool IsStale(string modelId, ModelStatus status) => _models.TryGetValue(modelId, out var entry) && entry.Stale == status;

    /// <summary>An upload was charged and has not reached the provider: its model stays as it was.</summary>
    public void Dropped(string modelId, long bytes) =>
        _models.AddOrUpdate(modelId, new Entry(default, null), (_, entry) => entry with { DroppedBytes = bytes });

    /// <summary>How many bytes were lost so, when a status will not change by itself for that; null when it may.</summary>
    public long? FindDropped(string modelId, ModelStatus status) =>
        _models.TryGetValue(modelId, out var entry) && entry.Stale == status ? entry.DroppedBytes : null;

    private sealed record Entry(ModelStatus Last, ModelStatus? Stale, long? DroppedBytes = null);
}
