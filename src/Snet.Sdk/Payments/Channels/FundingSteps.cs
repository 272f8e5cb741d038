namespace Snet.Sdk.Payments.Channels;

/// <summary>Decides which transactions fund a channel: the one place that does.</summary>
internal static class FundingSteps
{
    /// <summary>Gives the fewest transactions that open a channel.</summary>
    /// <param name="amount">What it gets.</param>
    /// <param name="escrow">What the account has in escrow.</param>
    /// <param name="wallet">What of the wallet may be used; with escrow it is enough.</param>
    /// <param name="allowance">What the escrow contract may take from the wallet already.</param>
    /// <returns>The transactions, and what they take from the wallet.</returns>
    public static (IReadOnlyList<FundingStep> Steps, TokenAmount FromWallet) ToOpen(TokenAmount amount, TokenAmount escrow, TokenAmount wallet, TokenAmount allowance)
    {
        if (escrow >= amount)
            return ([FundingStep.Open], TokenAmount.Zero);
        // A transaction less than a deposit of what is missing; what is in escrow stays there for the next channel.
        if (wallet >= amount)
            return (WithApproval(amount, allowance, FundingStep.DepositAndOpen), amount);
        var missing = amount - escrow;
        return (WithApproval(missing, allowance, FundingStep.Deposit, FundingStep.Open), missing);
    }

    /// <summary>Gives the fewest transactions that add to a channel and move its end.</summary>
    /// <inheritdoc cref="ToOpen"/>
    public static (IReadOnlyList<FundingStep> Steps, TokenAmount FromWallet) ToFill(TokenAmount amount, TokenAmount escrow, TokenAmount allowance)
    {
        if (amount.IsZero)
            return ([FundingStep.Extend], TokenAmount.Zero);
        if (escrow >= amount)
            return ([FundingStep.ExtendAndAddFunds], TokenAmount.Zero);
        var missing = amount - escrow;
        return (WithApproval(missing, allowance, FundingStep.Deposit, FundingStep.ExtendAndAddFunds), missing);
    }

    /// <summary>Reckons what transactions take, in units of gas: what the platform's contracts took on a node, and a fifth more.</summary>
    public static long GasOf(IEnumerable<FundingStep> steps) => steps.Sum(step => step switch
    {
        FundingStep.Approve => 60_000L,
        FundingStep.Deposit => 120_000L,
        FundingStep.Open => 250_000L,
        FundingStep.DepositAndOpen => 320_000L,
        FundingStep.Extend => 50_000L,
        FundingStep.ExtendAndAddFunds => 80_000L,
        _ => throw new ArgumentOutOfRangeException(nameof(steps), step, "no such step"),
    });

    private static FundingStep[] WithApproval(TokenAmount amount, TokenAmount allowance, params FundingStep[] steps) =>
        allowance >= amount ? steps : [FundingStep.Approve, .. steps];
}
