using System.Numerics;

namespace Snet.Sdk.Payments;

/// <summary>What the daemon says about a channel does not carry our signature, or cannot be. Nothing is signed on its word.</summary>
public sealed class ChannelStateException : SnetException
{
    internal ChannelStateException(BigInteger channelId, string problem, bool isTransient = false)
        : base("channel_state", $"Channel {channelId}: {problem}. Nothing was signed. "
            + (isTransient ? "Try again in a while." : "Ask the provider, or pay through another channel."))
    {
        (ChannelId, IsTransient) = (channelId, isTransient);
        MoneyMoved = MoneyMoved.No;
    }

    internal static ChannelStateException NodeLags(BigInteger channelId, string proof) =>
        new(channelId, $"the client's node lags behind the chain: {proof}. If it stays so, give another node in RpcEndpoints", isTransient: true);

    /// <summary>The channel.</summary>
    public BigInteger ChannelId { get; }
}
