using System.Numerics;
using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>The byte layouts that get signed (protocol c.2). Each gives the 32-byte hash that is then signed as an Ethereum message.</summary>
internal static class SignedMessages
{
    /// <summary>Row 1: the promise to pay a channel's total so far.</summary>
    /// <param name="mpe">The escrow contract.</param>
    /// <param name="channelId">The channel.</param>
    /// <param name="nonce">Its claim round.</param>
    /// <param name="amount">Everything signed in this round, in cogs.</param>
    public static byte[] Claim(EthereumAddress mpe, BigInteger channelId, BigInteger nonce, BigInteger amount) =>
        new Packed().Text("__MPE_claim_message").Address(mpe).Number(channelId).Number(nonce).Number(amount).Hash();

    /// <summary>Row 2: asks the daemon for a channel's state; good for 5 blocks.</summary>
    public static byte[] ChannelState(EthereumAddress mpe, BigInteger channelId, BigInteger block) =>
        new Packed().Text("__get_channel_state").Address(mpe).Number(channelId).Number(block).Hash();

    /// <summary>Row 3: authorizes a training call; good for 5 blocks, or 600 with <see cref="Unified"/>.</summary>
    /// <param name="message">The RPC's name, or <see cref="Unified"/> for those that read.</param>
    /// <param name="signer">Who signs; the identity that owns models.</param>
    /// <param name="block">The chain's latest block.</param>
    public static byte[] TrainingAuthorization(string message, EthereumAddress signer, BigInteger block) =>
        new Packed().Text(message).Address(signer).Number(block).Hash();

    /// <summary>The message that serves all reading training calls at once.</summary>
    public const string Unified = "unified";

    /// <summary>Row 4: asks for a free-call token. The address and the group id go in as text.</summary>
    public static byte[] FreeCallToken(
        string address, string userId, string orgId, string serviceId, string groupId, BigInteger block) =>
        FreeCall(address, userId, orgId, serviceId, groupId, block).Hash();

    /// <summary>Row 5: uses a free-call token: row 4 and the token's bytes.</summary>
    public static byte[] FreeCallUse(
        string address, string userId, string orgId, string serviceId, string groupId, BigInteger block, ReadOnlySpan<byte> token) =>
        FreeCall(address, userId, orgId, serviceId, groupId, block).Bytes(token).Hash();

    /// <summary>Row 6: the token itself, as a daemon signs it. Here it is the group's name, not its id.</summary>
    public static byte[] FreeCallIssue(string orgId, string groupName, EthereumAddress user, string userId, BigInteger expirationBlock) =>
        new Packed().Text(orgId).Text(groupName).Address(user).Text(userId).Number(expirationBlock).Hash();

    /// <summary>Row 7: asks for a prepaid token; covers the claim signature exactly as sent.</summary>
    public static byte[] PrepaidToken(ReadOnlySpan<byte> claimSignature, BigInteger block) =>
        new Packed().Bytes(claimSignature).Number(block).Hash();

    /// <summary>Row 8: lists what a provider can claim (<c>__list_unclaimed</c>, <c>__list_in_progress</c>).</summary>
    public static byte[] PaymentsList(string prefix, EthereumAddress mpe, BigInteger block) =>
        new Packed().Text(prefix).Address(mpe).Number(block).Hash();

    /// <summary>Row 9: starts a claim.</summary>
    public static byte[] StartClaim(EthereumAddress mpe, BigInteger channelId, BigInteger nonce) =>
        new Packed().Text("__start_claim").Address(mpe).Number(channelId).Number(nonce).Hash();

    /// <summary>Row 10: starts several claims; the ids go in ascending.</summary>
    public static byte[] StartClaims(EthereumAddress mpe, IEnumerable<BigInteger> channelIds, BigInteger block)
    {
        var packed = new Packed().Text("__StartClaimForMultipleChannels_").Address(mpe);
        foreach (var id in channelIds.Order())
            packed.Number(id);
        return packed.Number(block).Hash();
    }

    /// <summary>Row 11: an operator's word to the daemon, such as <c>_GetConfiguration</c>.</summary>
    public static byte[] Operator(string message, BigInteger block) => new Packed().Text(message).Number(block).Hash();

    /// <summary>Row 12: lets somebody else's money open a channel.</summary>
    public static byte[] OpenChannelByThirdParty(
        EthereumAddress mpe, EthereumAddress transactionSender, EthereumAddress channelSigner, EthereumAddress recipient,
        ReadOnlySpan<byte> groupId, BigInteger value, BigInteger expiration, BigInteger messageNonce) =>
        new Packed().Text("__openChannelByThirdParty").Address(mpe).Address(transactionSender).Address(channelSigner).Address(recipient)
            .Bytes(groupId).Number(value).Number(expiration).Number(messageNonce).Hash();

    private static Packed FreeCall(string address, string userId, string orgId, string serviceId, string groupId, BigInteger block) =>
        new Packed().Text("__prefix_free_trial").Text(address).Text(userId).Text(orgId).Text(serviceId).Text(groupId).Number(block);
}
