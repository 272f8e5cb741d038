using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Accounts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>What one account shows for its free calls of one service: the daemon's token and a fresh signature. It knows how many are left (protocol h.2).</summary>
/// <remarks>One call at a time may use it.</remarks>
internal sealed class FreeCallPass(string orgId, string serviceId, string groupId, ISigner signer, ChainGateway chain)
{
    private const string Service = "/escrow.FreeCallStateService/";
    private const ulong Unlimited = 99_999_999; // what a daemon says of a user without limit

    // A signature is good for 5 blocks before and after its own. Signed ahead it lasts longer; three blocks are kept for daemons whose node is ahead or behind.
    private const int BlocksAhead = 2, BlocksAfter = 2;

    private readonly string _address = signer.Address.ToString(); // signed as text, and users are told apart by it: always in this form
    private FreeCallToken? _token;
    private GrpcMetadata? _headers;
    private (BigInteger Block, byte[] Bytes)? _signature;
    private ulong? _left;

    /// <summary>Gives the headers of a free call; nothing is asked while token and signature last.</summary>
    /// <exception cref="NoFreeCallException">There is none.</exception>
    public async ValueTask<GrpcMetadata> GetHeadersAsync(DaemonConnection daemon, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await RenewAsync(daemon, cancellationToken).ConfigureAwait(false);
                return _left == 0
                    ? throw new NoFreeCallException("all that this account has of this service are used up")
                    : _headers ??= Headers();
            }
            catch (GrpcException e) when (attempt < 2 && Drop(e))
            {
                // What has expired is asked for again.
            }
            catch (GrpcException e)
            {
                throw new NoFreeCallException(Reason(e), DaemonErrors.IsWithoutNode(e), e);
            }
            catch (SnetException e) when (e is ServiceUnavailableException or EthereumRpcException)
            {
                throw new NoFreeCallException(e.Message, isTransient: true, e);
            }
        }
    }

    /// <summary>One has been used.</summary>
    public void Count()
    {
        if (_left is > 0 and not Unlimited)
            _left--;
    }

    /// <summary>How many are left is asked again before the next.</summary>
    public void Recount() => _left = null;

    /// <summary>Lets go of what a daemon refused.</summary>
    /// <returns>Whether another token or signature may do better.</returns>
    public bool Drop(GrpcException e)
    {
        if (DaemonErrors.IsBadFreeCallToken(e))
            _token = null;
        else if (!DaemonErrors.IsExpiredSignature(e))
            return false;
        chain.Blocks.Forget();
        (_headers, _signature) = (null, null);
        return true;
    }

    private async ValueTask RenewAsync(DaemonConnection daemon, CancellationToken cancellationToken)
    {
        if (_signature is not { } last || _token is null || _left is null
            || await chain.Blocks.ReckonAsync(cancellationToken).ConfigureAwait(false) is var now && (now > last.Block + BlocksAfter || now > _token.TokenExpirationBlock))
        {
            await chain.EnsureChainAsync(cancellationToken).ConfigureAwait(false);
            var block = await chain.Blocks.GetAsync(cancellationToken).ConfigureAwait(false) + BlocksAhead;
            if (_token is null || block > _token.TokenExpirationBlock)
                _token = await AskTokenAsync(daemon, block, cancellationToken).ConfigureAwait(false);
            var hash = SignedMessages.FreeCallUse(_address, string.Empty, orgId, serviceId, groupId, block, _token.Token.Span);
            _signature = (block, await signer.SignMessageAsync(hash, cancellationToken).ConfigureAwait(false));
            _headers = null;
            _left ??= await AskLeftAsync(daemon, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<FreeCallToken> AskTokenAsync(DaemonConnection daemon, BigInteger block, CancellationToken cancellationToken)
    {
        var hash = SignedMessages.FreeCallToken(_address, string.Empty, orgId, serviceId, groupId, block);
        var request = new GetFreeCallTokenRequest
        {
            Address = _address, CurrentBlock = (ulong)block,
            Signature = ByteString.CopyFrom(await signer.SignMessageAsync(hash, cancellationToken).ConfigureAwait(false)),
        };
        return await daemon.ReadAsync(Service + "GetFreeCallToken", request, FreeCallToken.Parser, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ulong> AskLeftAsync(DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var request = new FreeCallStateRequest
        {
            Address = _address, FreeCallToken = _token!.Token, CurrentBlock = (ulong)_signature!.Value.Block, Signature = ByteString.CopyFrom(_signature.Value.Bytes),
        };
        var reply = await daemon.ReadAsync(Service + "GetFreeCallsAvailable", request, FreeCallStateReply.Parser, cancellationToken).ConfigureAwait(false);
        return reply.FreeCallsAvailable;
    }

    private GrpcMetadata Headers()
    {
        var headers = new GrpcMetadata
        {
            { PaymentHeaders.Type, PaymentHeaders.FreeCallType },
            { PaymentHeaders.FreeCallUserAddress, _address },
            { PaymentHeaders.CurrentBlock, _signature!.Value.Block.ToString(CultureInfo.InvariantCulture) },
        };
        headers.Add(PaymentHeaders.FreeCallToken, _token!.Token.Span);
        headers.Add(PaymentHeaders.ChannelSignature, _signature.Value.Bytes);
        return headers;
    }

    // Daemons before 6.0 take the question for a call of the service that lacks its payment (protocol d.4).
    private static string Reason(GrpcException e)
    {
        if (e.Detail.Contains(PaymentHeaders.ChannelId, StringComparison.Ordinal))
            return "the daemon is of a release before 6.0, whose free calls work otherwise";
        const string Mark = "desc = ";
        var at = e.Detail.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? e.Detail : e.Detail[(at + Mark.Length)..].TrimEnd('}');
    }
}
