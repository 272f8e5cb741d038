namespace Snet.Sdk.Payments;

/// <summary>The provider's price is no longer the one that was agreed. Nothing was paid.</summary>
public sealed class PriceChangedException : SnetException
{
    internal PriceChangedException(string what, TokenAmount agreed, TokenAmount current)
        : base("price_changed", $"The price of {what} is now {current}; agreed was {agreed}. Ask for the price again, decide, and pass the new one.")
    {
        (Agreed, Current) = (agreed, current);
        MoneyMoved = MoneyMoved.No;
        IsTransient = false;
    }

    /// <summary>The price that was handed over.</summary>
    public TokenAmount Agreed { get; }

    /// <summary>The provider's price now.</summary>
    public TokenAmount Current { get; }
}
