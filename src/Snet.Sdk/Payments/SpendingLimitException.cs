namespace Snet.Sdk.Payments;

/// <summary>The spending policy, or the published price, forbids this payment. Nothing was signed.</summary>
public sealed class SpendingLimitException : SnetException
{
    internal SpendingLimitException(string limit, TokenAmount allowed, TokenAmount price, TokenAmount spent = default, TimeSpan? untilNext = null)
        : base("spending_limit", Describe(limit, allowed, price, spent))
    {
        (Limit, Allowed, Price, Spent) = (limit, allowed, price, spent);
        (MoneyMoved, IsTransient, RetryAfter) = (MoneyMoved.No, untilNext is not null, untilNext);
    }

    private SpendingLimitException(string message, TokenAmount price)
        : base("spending_limit", message)
    {
        (Limit, Price) = (ApprovalName, price);
        MoneyMoved = MoneyMoved.No;
    }

    private const string ApprovalName = $"{nameof(SpendingPolicy)}.{nameof(SpendingPolicy.Approval)}";

    /// <summary>Which limit: the name of the option.</summary>
    public string Limit { get; }

    /// <summary>What it allows; nothing when <see cref="SpendingPolicy.Approval"/> refused.</summary>
    public TokenAmount Allowed { get; }

    /// <summary>What of it is spent, or set aside for payments under way; nothing where the limit is for each call.</summary>
    public TokenAmount Spent { get; }

    /// <summary>What the call costs.</summary>
    public TokenAmount Price { get; }

    /// <summary>Whether the user refused, who is not asked a second time.</summary>
    internal bool IsRefusal => Limit == ApprovalName;

    internal static SpendingLimitException Refused(PaymentRequest request) =>
        new($"{ApprovalName} refused to pay {request.Price} for {request.Method}. Nothing was signed.", request.Price);

    private static string Describe(string limit, TokenAmount allowed, TokenAmount price, TokenAmount spent) => spent.IsZero
        ? $"The price is {price} and {limit} allows {allowed}. Raise the limit if the price is right; nothing was signed."
        : $"The price is {price} and {limit} allows {allowed}, of which {spent} is spent or set aside. Raise the limit if that is right; nothing was signed.";
}
