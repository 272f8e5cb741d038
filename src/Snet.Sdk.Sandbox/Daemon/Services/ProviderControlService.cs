using System.Numerics;
using Google.Protobuf;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Sandbox.Daemon.Services;

/// <summary>What a provider asks of its own daemon to get paid: what is signed, and the claims of it (protocol e.5).</summary>
internal sealed class ProviderControlService(DaemonParts parts)
{
    /// <summary>Adds the service's methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<GetPaymentsListRequest>("/escrow.ProviderControlService/GetListUnclaimed", GetListUnclaimedAsync);
        router.Add<GetPaymentsListRequest>("/escrow.ProviderControlService/GetListInProgress", GetListInProgressAsync);
        router.Add<StartClaimRequest>("/escrow.ProviderControlService/StartClaim", StartClaimAsync);
        router.Add<StartMultipleClaimRequest>("/escrow.ProviderControlService/StartClaimForMultipleChannels", StartClaimsAsync);
    }

    private async Task<IMessage> GetListUnclaimedAsync(GetPaymentsListRequest request, CancellationToken cancellationToken)
    {
        await CheckListAsync("__list_unclaimed", request, cancellationToken).ConfigureAwait(false);
        var reply = new PaymentsListReply();
        // What the daemon has stored, which an old round may be; the signatures stay here.
        foreach (var channel in parts.Channels.Stored.Where(HasAmount))
        {
            reply.Payments.Add(new PaymentReply
            {
                ChannelId = Number(channel.Id), ChannelNonce = Number(channel.Nonce), SignedAmount = Number(channel.Authorized),
                ChannelExpiry = Number(channel.Expiration),
            });
        }

        return reply;
    }

    private async Task<IMessage> GetListInProgressAsync(GetPaymentsListRequest request, CancellationToken cancellationToken)
    {
        await CheckListAsync("__list_in_progress", request, cancellationToken).ConfigureAwait(false);
        await ForgetClaimedAsync(cancellationToken).ConfigureAwait(false);
        var reply = new PaymentsListReply();
        foreach (var claim in parts.Channels.Claims.Where(claim => claim.Signature is not null && HasAmount(claim)))
        {
            if (await FindAsync(claim.Id, cancellationToken).ConfigureAwait(false) is not { } latest)
                continue;
            var payment = Describe(claim);
            payment.ChannelExpiry = Number(latest.Expiration);
            reply.Payments.Add(payment);
        }

        return reply;
    }

    private async Task<IMessage> StartClaimAsync(StartClaimRequest request, CancellationToken cancellationToken)
    {
        CheckMpe(request.MpeAddress);
        var id = BigEndian.Read(request.ChannelId.Span);
        // The channel comes before the signature: one that does not exist needs none.
        if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is { } channel)
            CheckSigner(SignedMessages.StartClaim(parts.Settings.Mpe, id, channel.Nonce), request.Signature);
        await ForgetClaimedAsync(cancellationToken).ConfigureAwait(false);
        return await BeginAsync(id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IMessage> StartClaimsAsync(StartMultipleClaimRequest request, CancellationToken cancellationToken)
    {
        CheckMpe(request.MpeAddress);
        await parts.CheckBlockAsync(request.CurrentBlock, BlockWindow.Usual, cancellationToken).ConfigureAwait(false);
        var signed = request.ChannelIds.Select(id => (BigInteger)id);
        CheckSigner(SignedMessages.StartClaims(parts.Settings.Mpe, signed, request.CurrentBlock), request.Signature);
        await ForgetClaimedAsync(cancellationToken).ConfigureAwait(false);
        var reply = new PaymentsListReply();
        foreach (var id in request.ChannelIds.Select(id => unchecked((long)id))) // the first failure ends it; the claims before it stay started
            reply.Payments.Add(await BeginAsync(id, cancellationToken).ConfigureAwait(false));
        return reply;
    }

    private async Task CheckListAsync(string prefix, GetPaymentsListRequest request, CancellationToken cancellationToken)
    {
        CheckMpe(request.MpeAddress);
        await parts.CheckBlockAsync(request.CurrentBlock, BlockWindow.Usual, cancellationToken).ConfigureAwait(false);
        CheckSigner(SignedMessages.PaymentsList(prefix, parts.Settings.Mpe, request.CurrentBlock), request.Signature);
    }

    private void CheckMpe(string address)
    {
        if (GoAddress.Parse(address) != parts.Settings.Mpe)
            throw DaemonRefusals.Plain($"the mpeAddress: {address} passed does not match to what has been registered");
    }

    private void CheckSigner(byte[] hash, ByteString signature)
    {
        if (SignatureCheck.TryRecover(hash, signature.Span, out var signer) is { } problem)
            throw DaemonRefusals.Plain(problem);
        if (signer != parts.Metadata.Recipient)
            throw DaemonRefusals.Plain($"the address: {signer} does not match to what has been expected / registered");
    }

    private async Task<PaymentReply> BeginAsync(BigInteger id, CancellationToken cancellationToken)
    {
        var channel = await FindAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw DaemonRefusals.Plain($"channel Id {id} was not found on blockchain or storage");
        if (!HasAmount(channel))
            throw DaemonRefusals.Plain($"authorized amount is zero , hence nothing to claim on the channel Id: {id}");
        if (!parts.Channels.Locks.TryAcquire(channel.Key)) // a running call is not waited for
            throw DaemonRefusals.Plain($"another transaction on channel: {channel.Key} is in progress");
        try
        {
            return Describe(parts.Channels.StartClaim(parts.Channels.GetStored(id)!));
        }
        finally
        {
            parts.Channels.Locks.Release(channel.Key);
        }
    }

    // The daemon looks at the lowest 64 bits.
    private static bool HasAmount(PaymentChannel channel) => !(channel.Authorized & ulong.MaxValue).IsZero;

    // A claim is over when the contract's round is beyond it.
    private async Task ForgetClaimedAsync(CancellationToken cancellationToken)
    {
        foreach (var claim in parts.Channels.Claims)
        {
            try
            {
                var current = await parts.Channels.GetFromContractAsync(claim.Id, cancellationToken).ConfigureAwait(false);
                if (current?.Nonce > claim.Nonce)
                    parts.Channels.RemoveClaim(claim);
            }
            catch (ChannelException e)
            {
                throw DaemonRefusals.Plain(e.Message);
            }
        }
    }

    private async Task<PaymentChannel?> FindAsync(BigInteger id, CancellationToken cancellationToken)
    {
        try
        {
            return await parts.Channels.GetAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelException e)
        {
            throw DaemonRefusals.Plain(e.Message);
        }
    }

    private static PaymentReply Describe(PaymentChannel claim) => new()
    {
        ChannelId = Number(claim.Id), ChannelNonce = Number(claim.Nonce), SignedAmount = Number(claim.Authorized),
        Signature = ByteString.CopyFrom(claim.Signature),
    };

    private static ByteString Number(BigInteger value) => ByteString.CopyFrom(BigEndian.Write32(value));
}
