using System.Numerics;

namespace Snet.Sdk.Tests.Histories;

/// <summary>Where an account stands with the daemon at one moment; amounts in cogs.</summary>
/// <param name="Taken">All that the daemon ever took.</param>
/// <param name="TakenOf">What it took of each round.</param>
/// <param name="Used">What it counted as used of what was paid ahead.</param>
/// <param name="Plans">How many payments for calls ahead have left so far.</param>
/// <param name="PlansOnTheirWay">How many of these may not have reached it yet.</param>
internal sealed record Moment(
    BigInteger Taken, IReadOnlyDictionary<(BigInteger Channel, BigInteger Nonce), BigInteger> TakenOf, BigInteger Used, int Plans, int PlansOnTheirWay)
{
    public static readonly Moment First = new(BigInteger.Zero, new Dictionary<(BigInteger, BigInteger), BigInteger>(), BigInteger.Zero, 0, 0);
}
