using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Accounts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments;

/// <summary>Asks a daemon for its account of a channel and believes only what is proved (protocol g).</summary>
internal sealed class ChannelStateReader(ChainGateway chain, EscrowAccount escrow, ISigner signer, EthereumAddress mpe)
{
    private const string Path = "/escrow.PaymentChannelStateService/GetChannelState";

    /// <summary>Reads the channel from the contract and its state from the daemon.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="known">What was seen of it before, which an older view of it must not hide; null when nothing was.</param>
    /// <param name="daemon">The daemon.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChannelStateException">The daemon's account cannot be believed, or the node's is older than what was seen.</exception>
    public async Task<(PaymentChannel Channel, ChannelState State, TokenAmount? OldAmount)> ReadAsync(
        BigInteger channelId, PaymentChannel? known, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var reading = escrow.GetChannelAsync(channelId, cancellationToken);
        var reply = await AskAsync(channelId, daemon, cancellationToken).ConfigureAwait(false);
        var channel = await reading.ConfigureAwait(false)
            ?? throw ChannelStateException.NodeLags(channelId, "it knows no such channel, unless the block that opened it was taken back");
        channel = Newer(known, channel);
        // The contract is read at the same time as the daemon asks it, so a claim in between can make one of them look old.
        if (BigEndian.Read(reply.CurrentNonce.Span) < channel.Nonce)
            reply = await AskAsync(channelId, daemon, cancellationToken).ConfigureAwait(false);
        var (state, old) = ChannelReconciler.Reconcile(channel, reply, mpe);
        return (channel, state, old);
    }

    // Within a round a channel's funds and its end only grow.
    private static PaymentChannel Newer(PaymentChannel? known, PaymentChannel read)
    {
        if (known is null || read.Nonce > known.Nonce)
            return read;
        return read.Nonce == known.Nonce
            ? read with { Value = TokenAmount.Max(known.Value, read.Value), Expiration = BigInteger.Max(known.Expiration, read.Expiration) }
            : throw ChannelStateException.NodeLags(read.Id, $"it is at claim round {read.Nonce} and was at {known.Nonce} before");
    }

    private async Task<ChannelStateReply> AskAsync(BigInteger channelId, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        await chain.EnsureChainAsync(cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            var block = await chain.Blocks.GetAsync(cancellationToken).ConfigureAwait(false);
            var signature = await signer.SignMessageAsync(SignedMessages.ChannelState(mpe, channelId, block), cancellationToken).ConfigureAwait(false);
            var request = new ChannelStateRequest
            {
                ChannelId = ByteString.CopyFrom(BigEndian.Write32(channelId)),
                Signature = ByteString.CopyFrom(signature),
                CurrentBlock = (ulong)block,
            };
            try
            {
                return await daemon.ReadAsync(Path, request, ChannelStateReply.Parser, cancellationToken).ConfigureAwait(false);
            }
            catch (GrpcException e) when (attempt == 0 && DaemonErrors.IsExpiredSignature(e))
            {
                chain.Blocks.Forget();
            }
            catch (GrpcException e) when (DaemonErrors.IsExpiredSignature(e))
            {
                throw ChannelStateException.NodeLags(channelId, $"it is at block {block}, which the daemon finds too far from its own");
            }
            catch (GrpcException e)
            {
                throw new ChannelStateException(channelId, $"the daemon does not tell its state ({e.Detail})", isTransient: true);
            }
        }
    }
}
