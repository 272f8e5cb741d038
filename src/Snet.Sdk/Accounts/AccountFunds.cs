using System.Numerics;

namespace Snet.Sdk.Accounts;

/// <summary>What an account has, and where it is.</summary>
/// <param name="Wallet">Tokens in the wallet.</param>
/// <param name="Escrow">Tokens in the escrow contract, free for channels or to be withdrawn.</param>
/// <param name="Wei">Ether for gas, in wei.</param>
/// <param name="Block">The block at which this was read; a channel is expired from the block of its end on.</param>
/// <param name="Channels">All channels of the account that hold something, to whatever provider, oldest first.</param>
public sealed record AccountFunds(TokenAmount Wallet, TokenAmount Escrow, BigInteger Wei, BigInteger Block, IReadOnlyList<ChannelFunds> Channels)
{
    /// <summary>What all channels hold.</summary>
    public TokenAmount LockedInChannels => Sum(Channels.Select(c => c.Channel.Value));

    /// <summary>What providers can still claim of it, as far as this client's receipts tell.</summary>
    public TokenAmount SignedAway => Sum(Channels.Select(c => c.SignedAway));

    /// <summary>What <see cref="SnetAccount.ReclaimAllAsync"/> brings back into escrow now.</summary>
    public TokenAmount ReclaimableNow => Sum(Channels.Where(c => c.IsExpired).Select(c => c.Channel.Value));

    /// <summary>What comes back later, at the end of each channel (<see cref="Payments.PaymentChannel.Expiration"/>), without what is signed away.</summary>
    public TokenAmount ReclaimableLater => Sum(Channels.Where(c => !c.IsExpired).Select(c => c.Reclaimable));

    private static TokenAmount Sum(IEnumerable<TokenAmount> amounts) => amounts.Aggregate(TokenAmount.Zero, (sum, amount) => sum + amount);
}
