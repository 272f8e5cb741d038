using System.Numerics;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>Takes a promise on a channel: lock, channel, and the checks that need no price (protocol e.3 #5 to #13). Prepaid tokens are
/// asked for through it, too.</summary>
internal sealed class ChannelPayments(DaemonParts parts)
{
    /// <summary>Locks the channel and checks a promise.</summary>
    /// <exception cref="GrpcException">It is refused; the channel is free then, except for #5.</exception>
    public async Task<ChannelPayment> StartAsync(PaymentPromise promise, CancellationToken cancellationToken)
    {
        var key = GoText.Key(GoNumber.Text(promise.ChannelId));
        if (!parts.Channels.Locks.TryAcquire(key)) // #5
            throw new GrpcException(GrpcStatus.FailedPrecondition, $"another transaction on channel: {key} is in progress");
        try
        {
            var channel = await FindAsync(promise.ChannelId, key, cancellationToken).ConfigureAwait(false); // #6, #7
            await CheckAsync(promise, channel, cancellationToken).ConfigureAwait(false);                    // #8 to #13
            return new ChannelPayment(parts.Channels, channel, promise);
        }
        catch
        {
            parts.Channels.Locks.Release(key);
            throw;
        }
    }

    private async Task<PaymentChannel> FindAsync(BigInteger id, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await parts.Channels.GetAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new GrpcException(GrpcStatus.Unauthenticated, $"payment channel \"{key}\" not found"); // #7
        }
        catch (ChannelException e)
        {
            throw new GrpcException(GrpcStatus.Internal, parts.Quirks.ChannelErrorPrefix + e.Message); // #6
        }
    }

    /// <summary>Checks a promise on a channel that is known, without a lock.</summary>
    /// <exception cref="GrpcException">It is refused.</exception>
    public async Task CheckAsync(PaymentPromise promise, PaymentChannel channel, CancellationToken cancellationToken)
    {
        if (promise.Nonce != channel.Nonce) // #8
            throw new GrpcException(
                DaemonRefusals.IncorrectNonce, $"incorrect payment channel nonce, latest: {channel.Nonce}, sent: {promise.Nonce}");

        if (TryRecover(promise) is not { } signer) // #9
            throw Unauthenticated("payment signature is not valid");
        if (signer != channel.Signer && signer != channel.Sender) // #10
            throw Unauthenticated("payment is not signed by channel signer/sender");

        var block = await GetBlockAsync(cancellationToken).ConfigureAwait(false); // #11
        var threshold = parts.Metadata.Threshold;
        if (block + threshold >= channel.Expiration) // #12
        {
            throw Unauthenticated($"payment channel is near to be expired, expiration time: {channel.Expiration}, "
                + $"current block: {block}, expiration threshold: {threshold}");
        }

        if (promise.Amount > channel.Value) // #13
            throw Unauthenticated(
                $"not enough tokens on payment channel, channel amount: {channel.Value}, payment amount: {promise.Amount}");
    }

    private EthereumAddress? TryRecover(PaymentPromise promise)
    {
        var hash = SignedMessages.Claim(
            parts.Settings.Mpe, GoNumber.Word(promise.ChannelId), GoNumber.Word(promise.Nonce), GoNumber.Word(promise.Amount));
        return SignatureCheck.TryRecover(hash, promise.Signature, out var signer) is null && parts.Configuration.Allows(signer)
            ? signer
            : null;
    }

    private async Task<BigInteger> GetBlockAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await parts.Chain.GetBlockAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DaemonChainException)
        {
            throw new GrpcException(GrpcStatus.Internal, "cannot determine current block");
        }
    }

    private static GrpcException Unauthenticated(string text) => new(GrpcStatus.Unauthenticated, text);
}
