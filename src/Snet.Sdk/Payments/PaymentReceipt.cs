using System.Numerics;

namespace Snet.Sdk.Payments;

/// <summary>What was signed for one call, and what became of it.</summary>
/// <param name="Time">When the payment was signed.</param>
/// <param name="OrgId">The organization.</param>
/// <param name="ServiceId">The service.</param>
/// <param name="Method">The method's full path.</param>
/// <param name="ModelId">The model that was trained or used; null when none was.</param>
/// <param name="ChannelId">The channel; -1 for a free call, which takes none.</param>
/// <param name="Nonce">Its claim round.</param>
/// <param name="AmountBefore">The total of the round before this payment.</param>
/// <param name="AmountAfter">The total that was signed.</param>
/// <param name="Outcome">Whether it was taken.</param>
public sealed record PaymentReceipt(
    DateTimeOffset Time,
    string OrgId,
    string ServiceId,
    string Method,
    string? ModelId,
    BigInteger ChannelId,
    BigInteger Nonce,
    TokenAmount AmountBefore,
    TokenAmount AmountAfter,
    PaymentOutcome Outcome)
{
    internal static readonly BigInteger NoChannel = BigInteger.MinusOne;

    /// <summary>How it was paid; never <see cref="PaymentMode.Automatic"/>.</summary>
    public PaymentMode Mode { get; init; } = PaymentMode.Escrow;

    /// <summary>Why a cheaper way that was tried before did not serve; null when there was none.</summary>
    public string? Note { get; init; }

    /// <summary>What the call took of calls that were paid ahead, which an earlier receipt was signed for; nothing for all others.</summary>
    public TokenAmount Drawn { get; init; }

    /// <summary>The price that was signed, taken or not.</summary>
    public TokenAmount Price => AmountAfter - AmountBefore;

    /// <summary>What was paid: the price, or nothing when it was not taken. While the outcome is unknown, nothing.</summary>
    public TokenAmount Paid => Outcome == PaymentOutcome.Paid ? Price : TokenAmount.Zero;

    /// <summary>What the call cost its caller: paid for it, or drawn.</summary>
    internal TokenAmount Cost => Outcome == PaymentOutcome.Paid ? Price + Drawn : TokenAmount.Zero;
}
