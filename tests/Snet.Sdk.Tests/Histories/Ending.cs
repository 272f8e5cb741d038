using System.Numerics;

namespace Snet.Sdk.Tests.Histories;

/// <summary>How a user's call ended, as the user sees it.</summary>
/// <param name="Call">The call.</param>
/// <param name="Told">Whether the user was told that money moved; a call that succeeds tells yes.</param>
/// <param name="Paid">What he was told that it cost, in cogs; null when he was told no amount.</param>
internal sealed record Ending(UserCall Call, MoneyMoved Told, BigInteger? Paid)
{
    /// <summary>The error; null when the call succeeded.</summary>
    public Exception? Error { get; init; }

    public override string ToString() => Error is null ? $"{Call} paid {Paid}" : $"{Call} failed, money moved: {Told} ({Error.GetType().Name}: {Error.Message})";
}
