using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Sandbox.Daemon.Payments;

namespace Snet.Sdk.Sandbox.Daemon.Services;

/// <summary>Gives tokens for prepaid calls against a signed amount (protocol e.5, h.1).</summary>
internal sealed class TokenService(DaemonParts parts, PrepaidPlans plans, PrepaidTokens tokens)
{
    private readonly ChannelPayments _payments = new(parts);

    /// <summary>Adds the service's method.</summary>
    public void Register(DaemonRouter router) => router.Add<TokenRequest>("/escrow.TokenService/GetToken", GetTokenAsync);

    private async Task<IMessage> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        var channel = await FindAsync(request.ChannelId, cancellationToken).ConfigureAwait(false);
        if (request.SignedAmount < channel.Authorized)
            throw DaemonRefusals.Plain("signed amount for token request needs to be greater than last signed amount");
        if (request.SignedAmount > channel.Value)
            throw DaemonRefusals.Plain("signed amount for token request cannot be greater than full amount in channel");
        var user = Recover(request, channel);
        await parts.CheckBlockAsync(request.CurrentBlock, BlockWindow.Usual, cancellationToken).ConfigureAwait(false);
        await PayAsync(request, channel, cancellationToken).ConfigureAwait(false);

        var (planned, used) = plans.Find(channel.Id) ?? throw DaemonRefusals.Plain("unable to retrieve planned Amount <nil>");
        return new TokenReply
        {
            ChannelId = request.ChannelId, Token = tokens.Create(channel.Id, user),
            PlannedAmount = Low64(planned), UsedAmount = Low64(used),
        };
    }

    // Whatever is wrong with the channel, the answer is the same.
    private async Task<PaymentChannel> FindAsync(BigInteger id, CancellationToken cancellationToken)
    {
        try
        {
            if (await parts.Channels.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } channel)
                return channel;
        }
        catch (ChannelException)
        {
            // Told in the words below.
        }

        throw DaemonRefusals.Plain($"channel is not found, channelId: {id}");
    }

    private static EthereumAddress Recover(TokenRequest request, PaymentChannel channel)
    {
        var hash = SignedMessages.PrepaidToken(request.ClaimSignature.Span, GoNumber.BlockWord(request.CurrentBlock));
        if (SignatureCheck.TryRecover(hash, request.Signature.Span, out var signer) is not null)
            throw DaemonRefusals.Plain("incorrect signature");
        return signer == channel.Signer || signer == channel.Sender || signer == channel.Recipient
            ? signer
            : throw DaemonRefusals.Plain("only channel signer/sender/receiver can get a Valid Token");
    }

    // The amount is checked like any payment, for a renewal too; the channel is locked for a new amount only.
    private async Task PayAsync(TokenRequest request, PaymentChannel channel, CancellationToken cancellationToken)
    {
        var promise = new PaymentPromise(channel.Id, request.CurrentNonce, request.SignedAmount, request.ClaimSignature.ToByteArray());
        try
        {
            await _payments.CheckAsync(promise, channel, cancellationToken).ConfigureAwait(false);
            if (promise.Amount == channel.Authorized)
                return;
            var payment = await _payments.StartAsync(promise, cancellationToken).ConfigureAwait(false);
            await payment.CommitAsync().ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            throw DaemonRefusals.Plain(e.Detail); // a plain error here, the nonce's own code included
        }

        plans.Add(channel.Id, promise.Amount - channel.Authorized);
    }

    private static ulong Low64(BigInteger amount) => (ulong)(amount & ulong.MaxValue);
}
