using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Accounts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Channels;

/// <summary>Asks a daemon for its account of a channel and believes only what is proved (protocol g).</summary>
internal sealed class ChannelStateReader(ChainGateway chain, EscrowAccount escrow, ISigner signer, EthereumAddress mpe)
{
    private const string Path = "/escrow.PaymentChannelStateService/GetChannelState";

    /// <summary>Reads a channel's state from the daemon, and the channel from the contract where what was seen of it before does not suffice.</summary>
    /// <param name="known">What was seen of the channel before.</param>
    /// <param name="isDoubted">Whether the node's word counts even if it is older than that.</param>
    /// <param name="readsChain">Whether the contract is asked in any case, beside the daemon.</param>
    /// <param name="daemon">The daemon.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChannelStateException">The daemon's account cannot be believed, or the node's is older than what was seen.</exception>
    public async Task<ChannelReading> ReadAsync(
        PaymentChannel known, bool isDoubted, bool readsChain, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var reading = readsChain ? ReadChannelAsync(known, isDoubted, cancellationToken) : null;
        var reply = await AskAsync(known.Id, daemon, cancellationToken).ConfigureAwait(false);
        // Within a round nothing is taken out of a channel, so what was seen of it in the daemon's round still holds.
        if (reading is null && BigEndian.Read(reply.CurrentNonce.Span) != known.Nonce)
            reading = ReadChannelAsync(known, isDoubted, cancellationToken);
        var channel = reading is null ? known : await reading.ConfigureAwait(false);
        // The contract is read at the same time as the daemon asks it, so a claim in between can make one of them look old.
        if (BigEndian.Read(reply.CurrentNonce.Span) < channel.Nonce)
            reply = await AskAsync(known.Id, daemon, cancellationToken).ConfigureAwait(false);
        var (state, old) = ChannelReconciler.Reconcile(channel, reply, mpe);
        return new ChannelReading(channel, state, old);
    }

    private async Task<PaymentChannel> ReadChannelAsync(PaymentChannel known, bool isDoubted, CancellationToken cancellationToken)
    {
        var channel = await escrow.GetChannelAsync(known.Id, cancellationToken).ConfigureAwait(false)
            ?? throw ChannelStateException.NodeLags(known.Id, "it knows no such channel, unless the block that opened it was taken back");
        if (channel.Sender != known.Sender || channel.Recipient != known.Recipient || channel.GroupId != known.GroupId)
            throw new ChannelStateException(known.Id, "the contract says now that it belongs to others");
        return isDoubted ? channel : Newer(known, channel);
    }

    // Within a round a channel's funds and its end only grow.
    private static PaymentChannel Newer(PaymentChannel known, PaymentChannel read)
    {
        if (read.Nonce > known.Nonce)
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

/// <summary>What contract and daemon say of a channel.</summary>
/// <param name="Channel">The channel as the contract has it.</param>
/// <param name="State">The state from which the next payment is signed.</param>
/// <param name="OldAmount">What the round before it came to, while its claim is on its way.</param>
internal sealed record ChannelReading(PaymentChannel Channel, ChannelState State, TokenAmount? OldAmount);
