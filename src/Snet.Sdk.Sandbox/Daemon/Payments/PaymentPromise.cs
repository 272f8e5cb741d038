using System.Numerics;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>What a client promises: the total of a channel's round, signed.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="Nonce">The round.</param>
/// <param name="Amount">Everything signed in this round, in cogs.</param>
/// <param name="Signature">As sent.</param>
internal sealed record PaymentPromise(BigInteger ChannelId, BigInteger Nonce, BigInteger Amount, byte[] Signature);
