using Snet.Sdk.Payments;

namespace Snet.Sdk.Accounts;

/// <summary>What one payment channel of an account holds, and whose it is.</summary>
/// <param name="Channel">The channel as the contract has it.</param>
/// <param name="SignedAway">What the provider can still claim of it, as far as this client's receipts tell: the highest total signed since the last claim.</param>
/// <param name="IsExpired">Whether all of it can be taken back now, also what was signed and not claimed in time (protocol b.3).</param>
public sealed record ChannelFunds(PaymentChannel Channel, TokenAmount SignedAway, bool IsExpired)
{
    /// <summary>What comes back at block <see cref="PaymentChannel.Expiration"/> or later, if the provider claims what was signed.</summary>
    public TokenAmount Reclaimable => IsExpired ? Channel.Value : Channel.Value - SignedAway;
}
