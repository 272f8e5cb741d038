namespace Snet.Sdk.Payments;

/// <summary>How payment channels are opened and filled. What a channel holds is not spent: what was not signed away comes back when it expires.</summary>
public sealed class ChannelFunding
{
    /// <summary>For how many service calls a channel is filled at a time, so that one call in many pays gas. Default: 10; at least 1.</summary>
    /// <remarks>When the account holds less than that, it is filled with what there is, down to one call. A training step is filled for itself alone.</remarks>
    public int CallsAhead { get; init; } = 10;

    /// <summary>Blocks that a channel is good for beyond what the provider asks (its expiration threshold). Default: 50,400, a week; at least 240.</summary>
    public long ExtraBlocks { get; init; } = 50_400;

    /// <summary>Whether tokens are moved from the wallet into escrow when escrow alone is short. Default: true.</summary>
    public bool DepositFromWallet { get; init; } = true;

    internal void AddProblems(List<string> problems)
    {
        if (CallsAhead < 1)
            problems.Add($"{nameof(ChannelFunding)}.{nameof(CallsAhead)}: give 1 or more; got {CallsAhead}.");
        if (ExtraBlocks < 240)
            problems.Add($"{nameof(ChannelFunding)}.{nameof(ExtraBlocks)}: give 240 or more; got {ExtraBlocks}.");
    }
}
