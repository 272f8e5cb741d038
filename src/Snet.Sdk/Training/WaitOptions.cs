namespace Snet.Sdk.Training;

/// <summary>How a model's status is waited for.</summary>
public sealed class WaitOptions
{
    /// <summary>How long to wait. Null (default): until it ends.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The first pause between two looks; it grows by half each time. Default: 0.5 s; above zero.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause. Default: 15 s; not below <see cref="PollInterval"/>.</summary>
    public TimeSpan MaxPollInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Is told of each change of status. Default: nobody.</summary>
    public IProgress<SnetModel>? Progress { get; init; }
}
