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
        new(channelId, $"the client's node lags behind the chain: {proof}. If it stays so, give another node in RpcEndpoints", isTransient: true) { IsLag = true };

    internal static ChannelStateException DaemonLags(BigInteger channelId, BigInteger daemonNonce, BigInteger nonce) =>
        new(channelId, $"the daemon is at claim round {daemonNonce} and the contract at {nonce}; its node lags behind", isTransient: true) { IsLag = true };

    internal static ChannelStateException ClaimOnItsWay(BigInteger channelId) =>
        new(channelId, "a claim is on its way to the chain, what it leaves is too little, and until it has arrived the daemon sees no funds that are added", isTransient: true);

    /// <summary>The channel.</summary>
    public BigInteger ChannelId { get; }

    /// <summary>Whether a node that has not heard of the latest blocks can be the cause, so that it passes within seconds.</summary>
    internal bool IsLag { get; private init; }
}
