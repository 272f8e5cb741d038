using System.Numerics;
using Google.Protobuf;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Sandbox.Daemon.Services;

/// <summary>Tells what the daemon knows of a channel (protocol e.5, g.1).</summary>
internal sealed class PaymentChannelStateService(DaemonParts parts)
{
    /// <summary>Adds the service's methods.</summary>
    public void Register(DaemonRouter router) =>
        router.Add<ChannelStateRequest>("/escrow.PaymentChannelStateService/GetChannelState", GetChannelStateAsync);

    private async Task<IMessage> GetChannelStateAsync(ChannelStateRequest request, CancellationToken cancellationToken)
    {
        var id = BigEndian.Read(request.ChannelId.Span);
        var hash = SignedMessages.ChannelState(parts.Settings.Mpe, GoNumber.Word(id), GoNumber.BlockWord(request.CurrentBlock));
        if (SignatureCheck.TryRecover(hash, request.Signature.Span, out var signer) is not null)
            throw DaemonRefusals.Plain("incorrect signature");
        var channel = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (signer != channel.Signer && signer != channel.Sender && signer != channel.Recipient)
            throw DaemonRefusals.Plain("only channel signer/sender/receiver can get latest channel state");
        await parts.CheckBlockAsync(request.CurrentBlock, BlockWindow.Usual, cancellationToken).ConfigureAwait(false);
        return await DescribeAsync(channel, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PaymentChannel> FindAsync(BigInteger id, CancellationToken cancellationToken)
    {
        try
        {
            return await parts.Channels.GetAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw DaemonRefusals.Plain($"channel is not found, channelId: {id}");
        }
        catch (ChannelException e)
        {
            throw DaemonRefusals.Plain("channel error:" + e.Message);
        }
    }

    private async Task<ChannelStateReply> DescribeAsync(PaymentChannel channel, CancellationToken cancellationToken)
    {
        var reply = new ChannelStateReply { CurrentNonce = Number(channel.Nonce) };
        if (await IsAheadAsync(channel, cancellationToken).ConfigureAwait(false))
        {
            // A claim is on its way: the newest round that it closes is told beside the current one.
            var claim = parts.Channels.GetClaim(channel.Id, channel.Nonce - 1) ?? throw DaemonRefusals.Plain(
                "channel has different nonce in local storage and blockchain and old payment is not found in storage");
            reply.OldNonceSignedAmount = Number(claim.Authorized);
            reply.OldNonceSignature = ByteString.CopyFrom(claim.Signature);
            reply.CurrentSignedAmount = Number(channel.Authorized);
        }
        else if (channel.Signature is not null)
        {
            reply.CurrentSignedAmount = Number(channel.Authorized);
        }

        if (channel.Signature is not null)
            reply.CurrentSignature = ByteString.CopyFrom(channel.Signature);
        return reply;
    }

    // The contract is read a second time, as the real daemon does (i.3).
    private async Task<bool> IsAheadAsync(PaymentChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            var current = await parts.Channels.GetFromContractAsync(channel.Id, cancellationToken).ConfigureAwait(false)
                ?? throw DaemonRefusals.Plain("unable to read channel details from blockchain.");
            return channel.Nonce > current.Nonce;
        }
        catch (ChannelException e)
        {
            throw DaemonRefusals.Plain("channel error:" + e.Message);
        }
    }

    private static ByteString Number(BigInteger value) => ByteString.CopyFrom(BigEndian.Write32(value));
}
