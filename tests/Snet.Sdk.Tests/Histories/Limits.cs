using System.Numerics;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What the user of an account allows, in cogs.</summary>
/// <param name="PerCall">The most for one call, step or plan; null for any price that is published or agreed.</param>
/// <param name="Total">The most that may be taken in all; null for no limit.</param>
/// <param name="Plan">The most that may be paid ahead at a time.</param>
internal sealed record Limits(BigInteger? PerCall, Func<BigInteger?> Total, Func<BigInteger> Plan);
