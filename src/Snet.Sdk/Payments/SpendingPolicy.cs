using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Payments;

/// <summary>Limits for what a client signs. It is asked before anything is signed, and parallel calls cannot overshoot it together.</summary>
/// <remarks>
/// Even without limits only a price that somebody named is paid: a service call costs at most what the registry's metadata says, a training step
/// what was handed to the method. A payment whose fate is open counts as spent, one that was not charged does not. Limits over time are for the account:
/// with <see cref="SnetClientOptions.DataDirectory"/> they count what all clients on that directory have signed, before a restart too; without it, what this client has signed.
/// </remarks>
public sealed class SpendingPolicy
{
    /// <summary>The most that one call, training step or prepaid plan may cost. Null (default): no limit beyond the published or agreed price.</summary>
    public TokenAmount? MaxPerCall { get; init; }

    /// <summary>The most that may be spent for one model, training and calls together. Null (default): no limit.</summary>
    public TokenAmount? MaxPerModel { get; init; }

    /// <summary>The most that may be spent on one day, from midnight to midnight in UTC as <see cref="SnetClientOptions.TimeProvider"/> has it. Null (default): no limit.</summary>
    public TokenAmount? MaxPerDay { get; init; }

    /// <summary>The most that may be spent in all. Null (default): no limit.</summary>
    public TokenAmount? MaxTotal { get; init; }

    /// <summary>Asked before each payment that costs something, after the limits; <see langword="false"/> forbids it. Null (default): nobody is asked.</summary>
    /// <remarks>
    /// A call that is repeated at the same price asks once. Calls side by side ask side by side. While it thinks, the price is set aside and nothing is locked.
    /// What it throws comes out of the call, and nothing was signed.
    /// </remarks>
    public Func<PaymentRequest, CancellationToken, ValueTask<bool>>? Approval { get; init; }

    /// <summary>Holds one more payment against the limits.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="now">The time, from which the end of the day is reckoned.</param>
    /// <param name="spent">What counts as spent already.</param>
    /// <param name="reserved">What is set aside for payments that are about to be signed; null when it does not count.</param>
    /// <exception cref="SpendingLimitException">A limit forbids it.</exception>
    internal void Check(Spending payment, DateTimeOffset now, SpendingTotals spent, SpendingTotals? reserved)
    {
        var cost = payment.Amount + payment.Drawn;
        if (cost.IsZero)
            return;
        if (MaxPerCall is { } perCall)
            Check(nameof(MaxPerCall), perCall, cost, TokenAmount.Zero);
        if (MaxPerModel is { } perModel && payment.Model is not null)
            Check(nameof(MaxPerModel), perModel, cost, spent.For(payment.Model) + (reserved?.For(payment.Model) ?? TokenAmount.Zero));
        if (payment.Amount.IsZero)
            return;
        if (MaxPerDay is { } perDay)
            Check(nameof(MaxPerDay), perDay, payment.Amount, spent.On(payment.Day) + (reserved?.On(payment.Day) ?? TokenAmount.Zero), now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime);
        if (MaxTotal is { } total)
            Check(nameof(MaxTotal), total, payment.Amount, spent.All + (reserved?.All ?? TokenAmount.Zero));
    }

    private static void Check(string limit, TokenAmount allowed, TokenAmount price, TokenAmount spent, TimeSpan? untilNext = null)
    {
        if (spent + price > allowed)
            throw new SpendingLimitException($"{nameof(SpendingPolicy)}.{limit}", allowed, price, spent, untilNext);
    }
}
