namespace Snet.Sdk.Training;

/// <summary>Settings of one paid training step.</summary>
public sealed class TrainOptions
{
    /// <summary>The most that the step may cost, when no price is handed over; required then.</summary>
    public TokenAmount? MaxPrice { get; init; }
}
