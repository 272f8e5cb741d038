using System.Numerics;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>A round's total as the daemon hands it to the provider.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="Nonce">The round.</param>
/// <param name="Amount">Everything signed in it, in cogs.</param>
/// <param name="Signature">The client's, 65 bytes; empty in the list of what is unclaimed.</param>
internal sealed record SignedTotal(BigInteger ChannelId, BigInteger Nonce, BigInteger Amount, byte[] Signature)
{
    /// <summary>The parts of the signature, as the contract takes them.</summary>
    public BigInteger V => Signature[64];

    /// <inheritdoc cref="V"/>
    public byte[] R => Signature[..32];

    /// <inheritdoc cref="V"/>
    public byte[] S => Signature[32..64];

    public static SignedTotal Read(PaymentReply payment) => new(
        BigEndian.Read(payment.ChannelId.Span), BigEndian.Read(payment.ChannelNonce.Span), BigEndian.Read(payment.SignedAmount.Span),
        payment.Signature.ToByteArray());
}
