namespace Snet.Sdk.Payments;

/// <summary>How payment channels are opened and filled. What a channel holds is not spent: what was not signed away comes back when it expires.</summary>
public sealed class ChannelFunding
{
    /// <summary>For how many service calls a channel is filled the first time. Default: 10; at least 1.</summary>
    /// <remarks>When the account holds less than that, it is filled with what there is, down to one call. A training step is filled for itself alone.</remarks>
    public int CallsAhead { get; init; } = 10;

    /// <summary>For how many service calls a channel is filled at most. Default: 1,000. Not above <see cref="CallsAhead"/>: each filling is for <see cref="CallsAhead"/> calls, when a call needs it.</summary>
    /// <remarks>
    /// Filling costs gas, and what a channel holds is bound until it expires. So a channel whose last filling was used up within a day is filled for twice as
    /// many calls, up to this: whoever makes many calls soon pays gas for one in a thousand, and whoever makes few binds little.
    /// </remarks>
    public int MaxCallsAhead { get; init; } = 1_000;

    /// <summary>How many channels may pay side by side. Default: 1; at least 1.</summary>
    /// <remarks>
    /// A daemon works on one paid call of a channel at a time. With more than one, a call that finds all of them busy has another opened; the calls that wait
    /// take whichever is free first. Each binds tokens of its own, and its opening costs gas. An upload then leaves a channel to the calls.
    /// </remarks>
    public int MaxChannels { get; init; } = 1;

    /// <summary>Blocks that a channel is good for beyond what the provider asks (its expiration threshold). Default: 50,400, a week; at least 240.</summary>
    public long ExtraBlocks { get; init; } = 50_400;

    /// <summary>Whether tokens are moved from the wallet into escrow when escrow alone is short. Default: true.</summary>
    public bool DepositFromWallet { get; init; } = true;

    internal void AddProblems(List<string> problems)
    {
        if (CallsAhead < 1)
            problems.Add($"{nameof(ChannelFunding)}.{nameof(CallsAhead)}: give 1 or more; got {CallsAhead}.");
        if (MaxChannels < 1)
            problems.Add($"{nameof(ChannelFunding)}.{nameof(MaxChannels)}: give 1 or more; got {MaxChannels}.");
        if (ExtraBlocks < 240)
            problems.Add($"{nameof(ChannelFunding)}.{nameof(ExtraBlocks)}: give 240 or more; got {ExtraBlocks}.");
    }
}
