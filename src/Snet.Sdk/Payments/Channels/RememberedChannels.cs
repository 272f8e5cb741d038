using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Payments.Channels;

/// <summary>What is remembered of an account's channels to one payment group.</summary>
/// <param name="Recipient">The group's payment address.</param>
/// <param name="GroupId">The group's id: base64 of 32 bytes.</param>
internal sealed record RememberedChannels(EthereumAddress Recipient, string GroupId)
{
    /// <summary>How far the oldest point lies behind, once the search has come so far: no chain that is in use reorganizes so deep.</summary>
    public const int SafeBlocks = 1_000;

    /// <summary>The channels that the account opened, oldest first.</summary>
    public IReadOnlyList<RememberedChannel> Channels { get; init; } = [];

    /// <summary>Blocks up to which the logs were read, the newest first, at most three. Empty: never searched.</summary>
    /// <remarks>
    /// A point holds while the chain has a block of its number and its hash. When the newest does not, go <see cref="BackTo"/> the newest that does; when none
    /// does, it is another chain, and everything is forgotten: start from a new, empty memory.
    /// </remarks>
    public IReadOnlyList<ChainPoint> Points { get; init; } = [];

    /// <summary>The first block that was searched; zero when the search has come to the contract's first. Older channels may be unknown.</summary>
    public BigInteger SearchedFrom { get; init; }

    /// <summary>The block up to which was searched; null when never.</summary>
    public BigInteger? SearchedTo => Points.Count == 0 ? null : Points[0].Block;

    /// <summary>Gives the memory after a search up to a block.</summary>
    /// <param name="point">The last block that was searched.</param>
    /// <param name="found">The channels that the search found; those known already are replaced.</param>
    public RememberedChannels SearchedUpTo(ChainPoint point, IEnumerable<RememberedChannel> found)
    {
        var safe = Points.FirstOrDefault(old => old.Block + SafeBlocks <= point.Block);
        var nextSafe = Points.LastOrDefault(old => old.Block + SafeBlocks > point.Block && old.Block < point.Block);
        ChainPoint?[] points = [point, nextSafe, safe];
        return With(found) with { Points = [.. points.OfType<ChainPoint>()] };
    }

    /// <summary>Gives the memory with channels that were opened or seen just now.</summary>
    public RememberedChannels With(IEnumerable<RememberedChannel> channels)
    {
        var all = Channels.ToDictionary(channel => channel.Id);
        foreach (var channel in channels)
            all[channel.Id] = channel;
        return this with { Channels = [.. all.Values.OrderBy(channel => channel.Id)] };
    }

    /// <summary>Gives the memory as it was at one of its points: what was opened after it is forgotten, and found again if it is still there.</summary>
    public RememberedChannels BackTo(ChainPoint point) => this with
    {
        Channels = [.. Channels.Where(channel => channel.Block <= point.Block)],
        Points = [.. Points.Where(old => old.Block <= point.Block)],
    };
}

/// <summary>A channel as it was seen last; the contract is asked before it is used.</summary>
/// <param name="Id">Its number in the contract.</param>
/// <param name="Signer">Who may sign for it besides the sender.</param>
/// <param name="Expiration">The block of its end.</param>
/// <param name="Block">The block in which it was opened.</param>
internal sealed record RememberedChannel(BigInteger Id, EthereumAddress Signer, BigInteger Expiration, BigInteger Block);

/// <summary>A block of a chain that has exactly this history.</summary>
/// <param name="Block">Its number.</param>
/// <param name="Hash">Its hash, as the node writes it.</param>
internal sealed record ChainPoint(BigInteger Block, string Hash);
