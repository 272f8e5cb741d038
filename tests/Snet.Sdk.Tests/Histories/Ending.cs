using System.Numerics;

namespace Snet.Sdk.Tests.Histories;

/// <summary>How a user's call ended, as the user sees it.</summary>
/// <param name="Call">The call.</param>
/// <param name="Told">Whether the user was told that money moved; a call that succeeds tells yes.</param>
/// <param name="Signed">What he was told that was paid for it, in cogs; nothing when he was told no amount.</param>
internal sealed record Ending(UserCall Call, MoneyMoved Told, BigInteger Signed)
{
    /// <summary>What he was told that it took of what was paid ahead, in cogs.</summary>
    public BigInteger Drawn { get; init; }

    /// <summary>The error; null when the call succeeded.</summary>
    public Exception? Error { get; init; }

    public override string ToString() => Error is null ? $"{Call} paid {Signed}{(Drawn.IsZero ? "" : $", drew {Drawn}")}" : $"{Call} failed, money moved: {Told} ({Error.GetType().Name}: {Error.Message})";
}
