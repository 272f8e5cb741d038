using System.Numerics;

namespace Snet.Sdk.Payments;

/// <summary>What is known of one payment channel at one moment.</summary>
/// <param name="Id">The channel's number in the escrow contract.</param>
/// <param name="Nonce">The claim round that payments are signed for; while a claim is on its way, one above the contract's.</param>
/// <param name="Value">What this round can spend: the channel's value, less what a claim on its way takes.</param>
/// <param name="SignedAmount">The total signed in this round.</param>
public sealed record ChannelState(BigInteger Id, BigInteger Nonce, TokenAmount Value, TokenAmount SignedAmount)
{
    /// <summary>What can still be signed.</summary>
    public TokenAmount Spendable => Value > SignedAmount ? Value - SignedAmount : TokenAmount.Zero;

    /// <summary>Gives the state in which one more call is paid for.</summary>
    /// <remarks>The amount is cumulative: the daemon takes the step from the last total as the price.</remarks>
    /// <param name="price">The price of the call; zero is allowed.</param>
    /// <returns>The next state. This one stays as it is.</returns>
    /// <exception cref="InsufficientFundsException">The channel holds less than the new total.</exception>
    public ChannelState Add(TokenAmount price)
    {
        var total = SignedAmount + price;
        return total <= Value
            ? this with { SignedAmount = total }
            : throw new InsufficientFundsException($"channel {Id}", total, Value);
    }
}
