using System.Numerics;

namespace Snet.Ethereum;

/// <summary>How long transactions are waited for, and what they may cost.</summary>
/// <param name="ReceiptTimeout">The most time until a transaction is in a block.</param>
/// <param name="PollInterval">The longest pause between two looks.</param>
/// <param name="Time">The clock.</param>
internal sealed record TransactionLimits(TimeSpan ReceiptTimeout, TimeSpan PollInterval, TimeProvider Time)
{
    /// <summary>How often it is asked whether the node still has a transaction that waits.</summary>
    public TimeSpan CareInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a transaction waits until it is sent with higher fees: five blocks, in which it should have had its turn.</summary>
    public TimeSpan ReplaceAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a nonce must have been used by another transaction until ours is given up and sent with the next one: a block that is taken back could bring it back.</summary>
    public TimeSpan DisplacedAfter { get; init; } = TimeSpan.FromSeconds(36);

    /// <summary>How long a mined transaction is looked after: should its block be taken back, it is sent again.</summary>
    public TimeSpan KeepMined { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the fees of a stuck transaction are raised.</summary>
    public int MaxReplacements { get; init; } = 5;

    /// <summary>The most for a unit of gas, in wei; null for no limit.</summary>
    public BigInteger? MaxFeePerGas { get; init; }

    /// <summary>Gives the pause after this one.</summary>
    public TimeSpan Longer(TimeSpan pause) => pause < PollInterval ? pause * 2 : PollInterval;
}
