namespace Snet.Sdk.Sandbox.Chain;

/// <summary>Counts the gas of one transaction. The amounts are near those of the real contracts, never exactly them.</summary>
/// <param name="limit">What the transaction allows.</param>
internal sealed class GasMeter(long limit)
{
    /// <summary>The most that a block holds.</summary>
    public const long BlockLimit = 30_000_000;

    /// <summary>Gas used so far.</summary>
    public long Used { get; private set; }

    /// <summary>Uses gas.</summary>
    /// <exception cref="OutOfGasException">That is more than the limit; all of it is used then.</exception>
    public void Use(long gas)
    {
        Used += gas;
        if (Used <= limit)
            return;
        Used = limit;
        throw new OutOfGasException();
    }

    /// <summary>What a transaction costs before it does anything (EIP-2028): 21000, and 16 or 4 for each byte.</summary>
    public static long Intrinsic(ReadOnlySpan<byte> data)
    {
        var zeros = data.Count((byte)0);
        return 21_000 + (4L * zeros) + (16L * (data.Length - zeros));
    }
}
