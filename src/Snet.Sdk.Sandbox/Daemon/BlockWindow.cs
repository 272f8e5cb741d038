using System.Numerics;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>How far the block of a signature may be from the latest one, in both directions (protocol c.2).</summary>
internal static class BlockWindow
{
    /// <summary>For all signatures but those below, in blocks.</summary>
    public const int Usual = 5;

    /// <summary>For training authorizations that say <c>unified</c>, in blocks.</summary>
    public const int Unified = 600;

    /// <summary>What a signature outside the window gets.</summary>
    public const string Expired = "authentication failed as the signature passed has expired";

    /// <summary>Whether a block is inside the window: the daemon looks at the lowest 64 bits of the difference.</summary>
    public static bool Holds(BigInteger block, BigInteger latest, int window = Usual) =>
        (BigInteger.Abs(block - latest) & ulong.MaxValue) <= window;
}
