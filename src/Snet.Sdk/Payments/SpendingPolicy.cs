namespace Snet.Sdk.Payments;

/// <summary>Limits for what a client signs. It is asked before anything is signed.</summary>
/// <remarks>
/// Even without limits only a price that somebody named is paid: a service call costs at most what the registry's metadata says, a training step
/// what was handed to the method.
/// </remarks>
public sealed class SpendingPolicy
{
    /// <summary>The most that one call may cost. Null (default): no limit beyond the published or agreed price.</summary>
    public TokenAmount? MaxPerCall { get; init; }

    /// <exception cref="SpendingLimitException">A limit forbids the price.</exception>
    internal void Check(TokenAmount price)
    {
        if (MaxPerCall is { } limit && price > limit)
            throw new SpendingLimitException($"{nameof(SpendingPolicy)}.{nameof(MaxPerCall)}", limit, price);
    }
}
