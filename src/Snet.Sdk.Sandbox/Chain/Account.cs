using System.Numerics;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>An account of the chain.</summary>
/// <param name="Balance">Its ether, in wei.</param>
/// <param name="Nonce">How many transactions it made.</param>
internal readonly record struct Account(BigInteger Balance, BigInteger Nonce);
