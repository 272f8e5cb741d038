using System.Numerics;

namespace Snet.Sdk.Payments;

/// <summary>One channel in use: its state, kept in step with the daemon, and the queue of those who pay from it.</summary>
/// <remarks>Whoever holds <see cref="Gate"/> may change the rest.</remarks>
internal sealed class ChannelSession(PaymentChannel channel) : IDisposable
{
    public BigInteger Id => Channel.Id;

    /// <summary>A daemon works on one paid call of a channel at a time (protocol e.3 #5), so payments queue up here.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>The channel as the contract had it when it was read last.</summary>
    public PaymentChannel Channel { get; set; } = channel;

    /// <summary>Whether the node's next word on the channel counts, be it less than what was seen before: the daemon refused a payment.</summary>
    public bool IsDoubted { get; set; }

    /// <summary>What the daemon has; null until it was asked, and after anything that may have changed it.</summary>
    public ChannelState? State { get; set; }

    /// <summary>Payments whose fate is open, or was inferred while the daemon could still be at work on them.</summary>
    public List<OpenPayment> Open { get; } = [];

    /// <summary>What can be spent as far as is known.</summary>
    public TokenAmount Spendable => State?.Spendable ?? Channel.Value;

    /// <summary>Whether a claim is on its way: until it is on the chain, the daemon sees no funds that are added (protocol g.1).</summary>
    public bool HasClaimOnItsWay => State is { } state && state.Nonce != Channel.Nonce;

    public void Dispose() => Gate.Dispose();
}

/// <summary>A payment that was signed and of which no answer told the end.</summary>
/// <param name="Receipt">Its receipt in the log.</param>
/// <param name="Before">The state from which it was signed.</param>
/// <param name="After">The state that it leads to when it was taken.</param>
internal sealed record OpenPayment(ReceiptEntry Receipt, ChannelState Before, ChannelState After);
