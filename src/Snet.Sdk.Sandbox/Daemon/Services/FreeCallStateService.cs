using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Sandbox.Daemon.Services;

/// <summary>Gives tokens for free calls and tells how many are left (protocol e.5, h.2).</summary>
internal sealed class FreeCallStateService(DaemonParts parts, FreeCalls calls)
{
    /// <summary>How long a token is good at most, in blocks.</summary>
    private const ulong LongestLife = 172_800;

    private static readonly BigInteger CogsInToken = BigInteger.Pow(10, 18);

    private readonly FreeCallCheck _check = new(parts);

    // Free calls are set up when the metadata names the address of the key.
    private PrivateKey? Key => parts.Configuration.FreeCallKey is { } key && key.Address == _check.Signer ? key : null;

    /// <summary>Adds the service's methods.</summary>
    public void Register(DaemonRouter router)
    {
        router.Add<FreeCallStateRequest>("/escrow.FreeCallStateService/GetFreeCallsAvailable", GetFreeCallsAvailableAsync);
        if (parts.Quirks.FreeCallTokens)
            router.Add<GetFreeCallTokenRequest>("/escrow.FreeCallStateService/GetFreeCallToken", GetFreeCallTokenAsync);
    }

    private async Task<IMessage> GetFreeCallTokenAsync(GetFreeCallTokenRequest request, CancellationToken cancellationToken)
    {
        var key = Key
            ?? throw DaemonRefusals.Plain("error in generating token because blockchain is disabled, contact service provider");
        var settings = parts.Settings;
        var hash = SignedMessages.FreeCallToken(
            request.Address, request.UserId, settings.OrgId, settings.ServiceId, parts.Metadata.GroupIdText,
            GoNumber.Word(unchecked((long)request.CurrentBlock)));
        if (SignatureCheck.TryRecover(hash, request.Signature.Span, out var signer) is { } problem)
            throw DaemonRefusals.Plain(problem);
        if (!parts.Configuration.Allows(signer))
            throw DaemonRefusals.Plain(FreeCallCheck.NotAllowed);
        if (signer != GoAddress.Parse(request.Address))
            throw DaemonRefusals.Plain($"invalid signer, {request.Address} (from request) is not equal to {signer} (signer)");
        await parts.CheckBlockAsync(request.CurrentBlock, BlockWindow.Usual, cancellationToken).ConfigureAwait(false);

        if (!parts.Configuration.TrustedFreeCallSigners.Contains(signer))
        {
            if (request.UserId.Length > 0)
                throw DaemonRefusals.Plain("your address is not trusted by this service provider, the use of user_id is not allowed");
            await CheckBalanceAsync(signer, cancellationToken).ConfigureAwait(false);
        }

        return await IssueAsync(key, signer, request, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckBalanceAsync(EthereumAddress user, CancellationToken cancellationToken)
    {
        var least = (BigInteger)(parts.Configuration.MinimumBalanceForFreeCall ?? 0);
        try
        {
            if (await parts.Chain.GetTokenBalanceAsync(user, cancellationToken).ConfigureAwait(false) >= least * CogsInToken)
                return;
        }
        catch (DaemonChainException)
        {
            // A balance that cannot be read counts as too small.
        }

        throw DaemonRefusals.Plain(
            "{Status: rpc error: code = PermissionDenied desc = "
            + $"you must have at least {least} FET (ASI) in your balance to use free calls}}");
    }

    private async Task<FreeCallToken> IssueAsync(
        PrivateKey key, EthereumAddress user, GetFreeCallTokenRequest request, CancellationToken cancellationToken)
    {
        var life = request.HasTokenLifetimeInBlocks && request.TokenLifetimeInBlocks <= LongestLife
            ? request.TokenLifetimeInBlocks
            : LongestLife;
        var expiration = await GetBlockAsync(cancellationToken).ConfigureAwait(false) + life;
        var hash = SignedMessages.FreeCallIssue(parts.Settings.OrgId, parts.Settings.GroupName, user, request.UserId, expiration);
        var signature = key.SignHash(EthereumMessage.Hash(hash)); // v is 0 or 1 (c.2 row 6)
        byte[] token = [.. signature, .. System.Text.Encoding.ASCII.GetBytes($"_{expiration}")];
        return new FreeCallToken
        {
            Token = ByteString.CopyFrom(token), TokenHex = Convert.ToHexStringLower(token), TokenExpirationBlock = (ulong)expiration,
        };
    }

    private async Task<IMessage> GetFreeCallsAvailableAsync(FreeCallStateRequest request, CancellationToken cancellationToken)
    {
        if (!parts.Quirks.FreeCallTokens)
            throw DaemonRefusals.Plain("payment signature is not valid"); // the messages before 6.0 were others (d.4)
        if (Key is null)
            throw DaemonRefusals.Plain("error in determining free calls because blockchain is disabled, contact service provider");
        try
        {
            var call = new FreeCallRequest(
                request.Address, request.UserId, unchecked((long)request.CurrentBlock), request.Signature.ToByteArray(),
                request.FreeCallToken.ToByteArray());
            var problem = _check.FindForgery(call) ?? await _check.FindExpiredAsync(call, cancellationToken).ConfigureAwait(false);
            if (problem is not null)
                throw DaemonRefusals.Plain(problem);
            return new FreeCallStateReply { FreeCallsAvailable = calls.Available(call.Address, calls.KeyOf(call.Address, call.UserId)) };
        }
        catch (Exception e) when (e is FormatException or DaemonChainException)
        {
            throw DaemonRefusals.Plain(e.Message);
        }
    }

    private async Task<BigInteger> GetBlockAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await parts.Chain.GetBlockAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DaemonChainException e)
        {
            throw DaemonRefusals.Plain("error determining current block: " + e.Message);
        }
    }
}
