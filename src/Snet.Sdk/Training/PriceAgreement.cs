using Snet.Sdk.Payments;

namespace Snet.Sdk.Training;

/// <summary>What the caller agreed to pay for a training step.</summary>
/// <param name="Price">The price that was handed over; null when only a limit was.</param>
/// <param name="MaxPrice">The most that is paid; null when there is no limit.</param>
/// <param name="Limit">The limit's name, for the message.</param>
internal sealed record PriceAgreement(TokenAmount? Price, TokenAmount? MaxPrice, string Limit)
{
    /// <summary>Holds a quote against the agreement.</summary>
    /// <returns>The quote.</returns>
    /// <exception cref="PriceChangedException">Another price was agreed.</exception>
    /// <exception cref="SpendingLimitException">The quote is above the limit.</exception>
    public TokenAmount Check(string what, TokenAmount quoted)
    {
        if (Price is { } agreed && agreed != quoted)
            throw new PriceChangedException(what, agreed, quoted);
        if (MaxPrice is { } limit && quoted > limit)
            throw new SpendingLimitException(Limit, limit, quoted);
        return quoted;
    }
}
