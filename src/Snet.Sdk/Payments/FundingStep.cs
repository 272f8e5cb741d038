namespace Snet.Sdk.Payments;

/// <summary>A transaction of a <see cref="FundingPlan"/>.</summary>
public enum FundingStep
{
    /// <summary>The token lets the escrow contract take <see cref="FundingPlan.FromWallet"/>.</summary>
    Approve = 1,

    /// <summary><see cref="FundingPlan.FromWallet"/> goes from the wallet into escrow.</summary>
    Deposit = 2,

    /// <summary>A channel is opened with tokens that are in escrow.</summary>
    Open = 3,

    /// <summary>The same with tokens from the wallet, in one transaction.</summary>
    DepositAndOpen = 4,

    /// <summary>A channel's end is moved.</summary>
    Extend = 5,

    /// <summary>A channel's end is moved, and tokens go from escrow into it.</summary>
    ExtendAndAddFunds = 6,
}
