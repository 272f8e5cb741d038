using System.Numerics;
using Google.Protobuf;
using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.PeerTests.Chain;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>What a provider does to get paid: asks its own daemon what is signed, and takes it from the real contract (protocol e.5, b.2).</summary>
internal sealed class ProviderTill(RealChain chain, Uri daemon) : IDisposable
{
    private const string Control = "/escrow.ProviderControlService/";

    private readonly GrpcChannel _daemon = new(daemon);
    private readonly PrivateKey _key = PrivateKey.Parse(TestKeys.Provider.Key);

    /// <summary>What the provider has in escrow, in cogs.</summary>
    public async Task<BigInteger> GetEscrowAsync() => (BigInteger)(await chain.CallAsync(chain.Mpe, EscrowContract.Balances, _key.Address))[0];

    /// <summary>What the daemon holds of a channel and nobody has claimed yet; null when that is nothing.</summary>
    public Task<SignedTotal?> FindUnclaimedAsync(BigInteger channelId) => FindAsync("GetListUnclaimed", "__list_unclaimed", channelId);

    /// <summary>The claim of a channel that is started and not yet on the chain, or null.</summary>
    public Task<SignedTotal?> FindInProgressAsync(BigInteger channelId) => FindAsync("GetListInProgress", "__list_in_progress", channelId);

    /// <summary>The daemon's own account of a channel, which its recipient may ask for as well.</summary>
    public async Task<ChannelStateReply> GetStateAsync(BigInteger channelId)
    {
        var block = await chain.Client.GetBlockNumberAsync(default);
        var request = new ChannelStateRequest
        {
            ChannelId = Number(channelId), CurrentBlock = (ulong)block, Signature = Sign(SignedMessages.ChannelState(chain.Mpe, channelId, block)),
        };
        return await AskAsync("/escrow.PaymentChannelStateService/GetChannelState", request, ChannelStateReply.Parser);
    }

    /// <summary>Closes a round at the daemon; from here on it takes payments of the next one only.</summary>
    public async Task<SignedTotal> StartClaimAsync(BigInteger channelId, BigInteger nonce)
    {
        var request = new StartClaimRequest
        {
            MpeAddress = chain.Mpe.ToString(), ChannelId = Number(channelId), Signature = Sign(SignedMessages.StartClaim(chain.Mpe, channelId, nonce)),
        };
        return SignedTotal.Read(await AskAsync(Control + "StartClaim", request, PaymentReply.Parser));
    }

    /// <summary>Closes the rounds of several channels at the daemon.</summary>
    public async Task<IReadOnlyList<SignedTotal>> StartClaimsAsync(params BigInteger[] channelIds)
    {
        var block = await chain.Client.GetBlockNumberAsync(default);
        var request = new StartMultipleClaimRequest
        {
            MpeAddress = chain.Mpe.ToString(), CurrentBlock = (ulong)block, Signature = Sign(SignedMessages.StartClaims(chain.Mpe, channelIds, block)),
        };
        request.ChannelIds.AddRange(channelIds.Select(id => (ulong)id));
        return [.. (await AskAsync(Control + "StartClaimForMultipleChannels", request, PaymentsListReply.Parser)).Payments.Select(SignedTotal.Read)];
    }

    /// <summary>Takes a total from the contract.</summary>
    /// <param name="claim">What the client signed.</param>
    /// <param name="sendBack">Whether what the channel holds beyond that goes back to its sender.</param>
    /// <returns>The values of the contract's event.</returns>
    public async Task<object[]> ClaimAsync(SignedTotal claim, bool sendBack = false)
    {
        var receipt = await chain.SendAsync(
            _key, chain.Mpe, EscrowContract.ChannelClaim, claim.ChannelId, claim.Amount, claim.Amount, claim.V, claim.R, claim.S, sendBack);
        return Claims(receipt).ShouldHaveSingleItem();
    }

    /// <summary>Takes several totals from the contract in one transaction; the channels keep the rest.</summary>
    /// <returns>The values of the contract's events.</returns>
    public async Task<IReadOnlyList<object[]>> ClaimAsync(IReadOnlyList<SignedTotal> claims)
    {
        object[] All(Func<SignedTotal, object> part) => [.. claims.Select(part)];
        var amounts = All(claim => claim.Amount);
        return Claims(await chain.SendAsync(
            _key, chain.Mpe, EscrowContract.MultiChannelClaim, All(claim => claim.ChannelId), amounts, amounts, All(_ => false),
            All(claim => claim.V), All(claim => claim.R), All(claim => claim.S)));
    }

    /// <summary>Moves tokens from the provider's escrow into its wallet.</summary>
    /// <returns>What the wallet gained, in cogs.</returns>
    public async Task<BigInteger> WithdrawAsync(BigInteger amount)
    {
        var before = await GetWalletAsync();
        await chain.SendAsync(_key, chain.Mpe, EscrowContract.Withdraw, amount);
        return await GetWalletAsync() - before;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _daemon.Dispose();
        _key.Dispose();
    }

    private async Task<BigInteger> GetWalletAsync() => (BigInteger)(await chain.CallAsync(chain.Token, TokenContract.BalanceOf, _key.Address))[0];

    private async Task<SignedTotal?> FindAsync(string method, string message, BigInteger channelId)
    {
        var block = await chain.Client.GetBlockNumberAsync(default);
        var request = new GetPaymentsListRequest
        {
            MpeAddress = chain.Mpe.ToString(), CurrentBlock = (ulong)block, Signature = Sign(SignedMessages.PaymentsList(message, chain.Mpe, block)),
        };
        var reply = await AskAsync(Control + method, request, PaymentsListReply.Parser);
        return reply.Payments.Select(SignedTotal.Read).SingleOrDefault(total => total.ChannelId == channelId);
    }

    private async Task<T> AskAsync<T>(string path, IMessage request, MessageParser<T> parser)
        where T : IMessage<T> =>
        parser.ParseFrom((await _daemon.UnaryAsync(path, request.ToByteArray(), null, CancellationToken.None)).Message.Span);

    private static List<object[]> Claims(TransactionReceipt receipt) =>
        [.. receipt.Logs.Where(log => log.Topics[0] == EscrowContract.ChannelClaimed.Topic).Select(log => EscrowContract.ChannelClaimed.Decode(log.Topics, log.Data))];

    private ByteString Sign(byte[] hash) => ByteString.CopyFrom(_key.SignMessage(hash));

    private static ByteString Number(BigInteger value) => ByteString.CopyFrom(BigEndian.Write32(value));
}
