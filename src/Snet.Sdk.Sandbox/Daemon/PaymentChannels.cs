using System.Collections.Concurrent;
using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The channels as the daemon knows them: what it has stored itself, put together with the contract (protocol g.1), and the claims
/// under way.</summary>
internal sealed class PaymentChannels(DaemonChain chain, EthereumAddress recipient, byte[] groupId, Quirks quirks)
{
    private readonly ConcurrentDictionary<BigInteger, PaymentChannel> _stored = new();
    private readonly ConcurrentDictionary<(BigInteger Id, BigInteger Nonce), PaymentChannel> _claims = new();

    /// <summary>The locks of the channels, by <see cref="PaymentChannel.Key"/>: one paid call at a time.</summary>
    public KeyLocks Locks { get; } = new();

    /// <summary>Everything stored, in the order of the texts of the keys: 10 comes before 2.</summary>
    public IReadOnlyList<PaymentChannel> Stored => [.. _stored.Values.OrderBy(channel => channel.Key, StringComparer.Ordinal)];

    /// <summary>The claims under way: the rounds that they close, in the order of the texts <c>id/nonce</c>.</summary>
    public IReadOnlyList<PaymentChannel> Claims =>
        [.. _claims.Values.OrderBy(claim => $"{GoNumber.Text(claim.Id)}/{GoNumber.Text(claim.Nonce)}", StringComparer.Ordinal)];

    /// <summary>Gives a channel as payments see it: stored, with value and expiration of the contract as long as both are in the same
    /// round.</summary>
    /// <returns>The channel; null when there is none.</returns>
    /// <exception cref="ChannelException">Nothing is stored yet, and the contract's channel is unreadable or not for this
    /// group.</exception>
    public async Task<PaymentChannel?> GetAsync(BigInteger id, CancellationToken cancellationToken)
    {
        var stored = GetStored(id);
        PaymentChannel? current;
        try
        {
            current = await GetFromContractAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelException) when (stored is not null)
        {
            return stored; // what is stored is believed when the contract cannot be read
        }

        if (stored is null || current is null)
            return stored ?? current;
        return stored.Nonce.CompareTo(current.Nonce) switch
        {
            > 0 => stored,  // a claim is under way: value and expiration of the contract are not looked at
            < 0 => current, // claimed behind the daemon's back: a fresh channel
            _ => stored with { Value = current.Value, Expiration = current.Expiration },
        };
    }

    /// <summary>Reads a channel from the contract and checks that it is for this group.</summary>
    /// <returns>The channel; null when there is none.</returns>
    /// <exception cref="ChannelException">It is unreadable, or for somebody else.</exception>
    public async Task<PaymentChannel?> GetFromContractAsync(BigInteger id, CancellationToken cancellationToken)
    {
        PaymentChannel? channel;
        try
        {
            channel = await chain.GetChannelAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (DaemonChainException e)
        {
            throw new ChannelException(e.Message);
        }

        if (channel is null)
            return null;
        if (channel.Recipient != recipient)
            throw new ChannelException("recipient Address from org metadata does not Match on what was retrieved from Channel");
        if (!channel.GroupId.AsSpan().SequenceEqual(groupId))
        {
            throw new ChannelException($"{quirks.OtherGroupPrefix} belongs to another group of replicas, "
                + $"current group: {GoText.Bytes(groupId)}, channel group: {GoText.Bytes(channel.GroupId)}");
        }

        return channel;
    }

    /// <summary>Gives what is stored of a channel, or null.</summary>
    public PaymentChannel? GetStored(BigInteger id) => _stored.GetValueOrDefault(id);

    /// <summary>Stores a channel after a payment.</summary>
    public void Store(PaymentChannel channel) => _stored[channel.Id] = channel;

    /// <summary>Loses a channel and the claims of it.</summary>
    public void Forget(BigInteger id)
    {
        _stored.TryRemove(id, out _);
        foreach (var claim in Claims.Where(claim => claim.Id == id))
            RemoveClaim(claim);
    }

    /// <summary>Starts a claim: keeps the round under its nonce and begins the next one, in which nothing is signed yet (protocol
    /// g.1).</summary>
    /// <returns>The round that is claimed.</returns>
    public PaymentChannel StartClaim(PaymentChannel channel)
    {
        _claims[(channel.Id, channel.Nonce)] = channel;
        _stored[channel.Id] = channel with
        {
            Nonce = channel.Nonce + 1, Value = channel.Value - channel.Authorized, Authorized = BigInteger.Zero, Signature = null,
        };
        return channel;
    }

    /// <summary>Gives the claim of a round, or null.</summary>
    public PaymentChannel? GetClaim(BigInteger id, BigInteger nonce) => _claims.GetValueOrDefault((id, nonce));

    /// <summary>Forgets a claim that is on the chain.</summary>
    public void RemoveClaim(PaymentChannel claim) => _claims.TryRemove((claim.Id, claim.Nonce), out _);
}
