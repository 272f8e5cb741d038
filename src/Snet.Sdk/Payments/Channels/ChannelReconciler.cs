using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Payments.Channels;

/// <summary>Decides what to believe of a daemon's account of a channel (protocol g.3). Only what carries our own signature counts.</summary>
internal static class ChannelReconciler
{
    /// <summary>Compares the daemon's account with the contract's.</summary>
    /// <param name="channel">The channel as the contract has it.</param>
    /// <param name="reply">What the daemon says.</param>
    /// <param name="mpe">The escrow contract of the network.</param>
    /// <returns>The state from which the next payment is signed, and what the round before it came to while its claim is on its way.</returns>
    /// <exception cref="ChannelStateException">The account cannot be, or does not carry our signature.</exception>
    public static (ChannelState State, TokenAmount? OldAmount) Reconcile(PaymentChannel channel, ChannelStateReply reply, EthereumAddress mpe)
    {
        var nonce = BigEndian.Read(reply.CurrentNonce.Span);
        var ahead = nonce - channel.Nonce;
        if (ahead.Sign < 0)
            throw ChannelStateException.DaemonLags(channel.Id, nonce, channel.Nonce);
        if (ahead > 1)
            throw new ChannelStateException(channel.Id, $"the daemon says that {ahead} claims are on their way; no payment can be checked until they have arrived", isTransient: true);

        var signed = Checked(channel, mpe, nonce, reply.CurrentSignedAmount.Span, reply.CurrentSignature.Span);
        if (ahead.IsZero)
            return (State(channel, nonce, TokenAmount.Zero, signed), null);

        if (reply.OldNonceSignedAmount.IsEmpty)
            throw ChannelStateException.NodeLags(
                channel.Id, "it has not heard of a claim that the daemon has seen. (A daemon that says so of a claim on its way hides what that takes, and is not believed)");
        var old = Checked(channel, mpe, channel.Nonce, reply.OldNonceSignedAmount.Span, reply.OldNonceSignature.Span);
        return (State(channel, nonce, old, signed), old);
    }

    // More may be signed than the channel holds: the sender can have let a claim pass. Nothing can be spent then until funds are added.
    private static ChannelState State(PaymentChannel channel, BigInteger nonce, TokenAmount claimed, TokenAmount signed) =>
        new(channel.Id, nonce, claimed < channel.Value ? channel.Value - claimed : TokenAmount.Zero, signed);

    // Without this check a daemon could make the client sign for amounts that were never spent.
    private static TokenAmount Checked(
        PaymentChannel channel, EthereumAddress mpe, BigInteger nonce, ReadOnlySpan<byte> amountBytes, ReadOnlySpan<byte> signature)
    {
        var amount = BigEndian.Read(amountBytes);
        if (amount.IsZero)
            return TokenAmount.Zero;
        var signer = EthereumMessage.Recover(SignedMessages.Claim(mpe, channel.Id, nonce, amount), signature);
        return signer == channel.Signer || signer == channel.Sender
            ? TokenAmount.FromCogs(amount)
            : throw new ChannelStateException(channel.Id, $"the daemon says that {TokenAmount.FromCogs(amount)} is signed, and shows no signature of ours");
    }
}
