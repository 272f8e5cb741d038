namespace Snet.Sdk.Payments;

/// <summary>The spending policy, or the published price, forbids this payment. Nothing was signed.</summary>
public sealed class SpendingLimitException : SnetException
{
    internal SpendingLimitException(string limit, TokenAmount allowed, TokenAmount price)
        : base("spending_limit", $"The price is {price} and {limit} allows {allowed}. Raise the limit if the price is right; nothing was signed.")
    {
        (Limit, Allowed, Price) = (limit, allowed, price);
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>Which limit: the name of the option.</summary>
    public string Limit { get; }

    /// <summary>What it allows.</summary>
    public TokenAmount Allowed { get; }

    /// <summary>What the call costs.</summary>
    public TokenAmount Price { get; }
}
