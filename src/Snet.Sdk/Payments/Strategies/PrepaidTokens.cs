using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>Asks a daemon for tokens of prepaid calls: for a new amount, or for what was paid ahead before (protocol h.1).</summary>
internal sealed class PrepaidTokens(ISigner signer, ChainGateway chain, EscrowAccount escrow, SnetClientOptions options)
{
    public const string Path = "/escrow.TokenService/GetToken";

    private readonly EthereumAddress _mpe = options.Network.Mpe;
    private readonly ChannelStateReader _reader = new(chain, escrow, signer, options.Network.Mpe);

    /// <summary>Pays ahead with a payment that a channel has signed. It is sent once: whether to repeat it is the caller's decision.</summary>
    /// <exception cref="GrpcException">The daemon refused, in the statuses of a refused payment.</exception>
    public async Task<TokenReply> PlanAsync(GrpcMetadata payment, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var request = await RequestAsync(
            Number(payment, PaymentHeaders.ChannelId), Number(payment, PaymentHeaders.ChannelNonce), Number(payment, PaymentHeaders.ChannelAmount),
            payment.GetBytes(PaymentHeaders.ChannelSignature)!, cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = await daemon.SendAsync(Path, request.ToByteArray(), null, options.AttemptTimeout, cancellationToken).ConfigureAwait(false);
            return DaemonConnection.Parse(TokenReply.Parser, answer);
        }
        catch (GrpcException e) when (!e.IsTransport)
        {
            throw DaemonErrors.OfPlan(e);
        }
    }

    /// <summary>Asks for a token for what was paid ahead on a channel before. Signed for is the total that the daemon proved to have from us, and no more.</summary>
    /// <returns>The daemon's account and the total; no account when nothing was ever paid ahead there. Where there is none because the channel is near its end, that block.</returns>
    /// <exception cref="ChannelStateException">The daemon's account of the channel cannot be believed.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers.</exception>
    public async Task<(TokenReply? Reply, ChannelState State, BigInteger? EndsAt)> RenewAsync(BigInteger channelId, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var known = await escrow.GetChannelAsync(channelId, cancellationToken).ConfigureAwait(false)
                ?? throw ChannelStateException.NodeLags(channelId, "it knows no such channel, from which calls were paid ahead");
            var state = (await _reader.ReadAsync(known, isDoubted: false, readsChain: false, daemon, cancellationToken).ConfigureAwait(false)).State;
            if ((state.Nonce.IsZero && state.SignedAmount.IsZero) || state.SignedAmount.Cogs > ulong.MaxValue)
                return (null, state, null);
            var hash = SignedMessages.Claim(_mpe, channelId, state.Nonce, state.SignedAmount.Cogs);
            var claim = await signer.SignMessageAsync(hash, cancellationToken).ConfigureAwait(false);
            var request = await RequestAsync(channelId, state.Nonce, state.SignedAmount.Cogs, claim, cancellationToken).ConfigureAwait(false);
            try
            {
                return (await daemon.ReadAsync(Path, request, TokenReply.Parser, cancellationToken).ConfigureAwait(false), state, null);
            }
            catch (GrpcException e) when (attempt < 3 && DaemonErrors.ReadRefusal(DaemonErrors.OfPlan(e)) == PaymentRefusal.OutOfStep)
            {
                chain.Blocks.Forget(); // or a payment from the channel came in between
            }
            catch (GrpcException e) when (DaemonErrors.IsBusy(e))
            {
                throw daemon.Unavailable(e); // it says nothing of what was paid ahead
            }
            catch (GrpcException e)
            {
                return (null, state, DaemonErrors.ReadRefusal(DaemonErrors.OfPlan(e)) == PaymentRefusal.NearExpiration ? known.Expiration : null);
            }
        }
    }

    private async Task<TokenRequest> RequestAsync(BigInteger channelId, BigInteger nonce, BigInteger amount, byte[] claim, CancellationToken cancellationToken)
    {
        var block = await chain.Blocks.GetAsync(cancellationToken).ConfigureAwait(false);
        var signature = await signer.SignMessageAsync(SignedMessages.PrepaidToken(claim, block), cancellationToken).ConfigureAwait(false);
        return new TokenRequest
        {
            ChannelId = (ulong)channelId, CurrentNonce = (ulong)nonce, SignedAmount = (ulong)amount, CurrentBlock = (ulong)block,
            ClaimSignature = ByteString.CopyFrom(claim), Signature = ByteString.CopyFrom(signature),
        };
    }

    private static BigInteger Number(GrpcMetadata headers, string name) => BigInteger.Parse(headers.GetString(name)!, NumberStyles.None, CultureInfo.InvariantCulture);
}
