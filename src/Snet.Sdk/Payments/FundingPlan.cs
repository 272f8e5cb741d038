using System.Numerics;

namespace Snet.Sdk.Payments;

/// <summary>The fewest transactions after which a channel can pay what is needed. Nothing is sent until the plan is carried out.</summary>
/// <param name="Needed">What the calls come to that are to be paid.</param>
/// <param name="Channel">The channel that pays: filled or extended where that is needed; null when one is opened.</param>
/// <param name="Amount">What the channel gets.</param>
/// <param name="FromWallet">What of that comes from the wallet; the rest is in escrow already.</param>
/// <param name="Expiration">The block of the channel's end, afterwards.</param>
/// <param name="Steps">The transactions, in order; none when the channel can pay already.</param>
/// <param name="Gas">The units of gas that they take, reckoned generously.</param>
/// <param name="GasPrice">What a unit costs as things are, in wei.</param>
public sealed record FundingPlan(
    TokenAmount Needed,
    PaymentChannel? Channel,
    TokenAmount Amount,
    TokenAmount FromWallet,
    BigInteger Expiration,
    IReadOnlyList<FundingStep> Steps,
    long Gas,
    BigInteger GasPrice)
{
    /// <summary>What of <see cref="Amount"/> is in escrow already.</summary>
    public TokenAmount FromEscrow => Amount - FromWallet;

    /// <summary>What the gas costs as things are, in wei.</summary>
    public BigInteger GasCost => Gas * GasPrice;

    /// <summary>Says what will happen, in one line.</summary>
    public override string ToString() => Steps.Count == 0
        ? $"Nothing to do: channel {Channel?.Id} can pay {Needed}."
        : $"{string.Join(", ", Steps)}: {(Channel is null ? "a new channel" : $"channel {Channel.Id}")} gets {Amount} ({FromEscrow} from escrow, {FromWallet} from the wallet); "
            + $"about {Gas} gas, {GasCost} wei.";
}
