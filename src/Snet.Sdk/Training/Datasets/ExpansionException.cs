namespace Snet.Sdk.Training.Datasets;

/// <summary>An archive unpacks into more than <see cref="DatasetLimits"/> allows. The check makes a problem of it.</summary>
/// <param name="allowed">What was allowed, in bytes.</param>
internal sealed class ExpansionException(Int128 allowed) : Exception("The archive unpacks into more than is allowed.")
{
    /// <summary>What was allowed, in bytes.</summary>
    public long Allowed { get; } = (long)allowed;
}
