using System.Collections.Concurrent;
using Snet.Sdk.Sandbox.Faults;
using Training;

namespace Snet.Sdk.Sandbox.Provider;

/// <summary>The provider's models.</summary>
/// <param name="time">The clock of validation and training.</param>
internal sealed class ModelShelf(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ProviderModel> _models = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>How long a validation takes.</summary>
    public TimeSpan ValidationTime { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long a training takes.</summary>
    public TimeSpan TrainingTime { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Faults on order.</summary>
    public ProviderFaults Faults { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Makes a model with a new id.</summary>
    public ProviderModel Create(NewModel request)
    {
        var model = new ProviderModel($"model-{Interlocked.Increment(ref _last)}", request, time, Faults);
        _models[model.Id] = model;
        return model;
    }

    /// <summary>Gives a model, or null.</summary>
    public ProviderModel? Find(string id) => _models.GetValueOrDefault(id);
}
