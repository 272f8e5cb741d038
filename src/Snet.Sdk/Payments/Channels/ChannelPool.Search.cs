using System.Numerics;

namespace Snet.Sdk.Payments.Channels;

internal sealed partial class ChannelPool
{
    private readonly SemaphoreSlim _searching = new(1, 1);
    private volatile bool _isSearched;

    /// <summary>Lists the channels as the contract has them now.</summary>
    public async Task<IReadOnlyList<PaymentChannel>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await FindAllAsync(cancellationToken).ConfigureAwait(false)).Select(found => found.Channel)];

    /// <summary>Takes notice of channels that were opened or changed by hand, or by another process.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        var known = _queue.Sessions;
        foreach (var (channel, openedAt) in await FindAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (known.FirstOrDefault(session => session.Id == channel.Id) is { } session)
                session.Learn(channel);
            else if (IsOurs(channel))
                _queue.Add([new ChannelSession(channel, openedAt)]);
        }

        _isSearched = true;
    }

    /// <summary>The same after a transaction of this client has succeeded.</summary>
    public Task ReloadChangedAsync(CancellationToken cancellationToken) => ReadChangedAsync(async () =>
    {
        await ReloadAsync(cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <summary>Reads what a transaction of this client has changed: who hears that the node failed must not think that nothing was done.</summary>
    public static async Task<T> ReadChangedAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (SnetException e)
        {
            e.MoneyMoved = MoneyMoved.Yes;
            throw;
        }
    }

    // The first call looks for channels; later ones only when none of those found so far can pay, and not all have been found.
    private async Task FindAsync(TokenAmount price, CancellationToken cancellationToken)
    {
        if (_queue.Sessions.Count == 0)
            await SearchOnAsync(price, cancellationToken).ConfigureAwait(false);
        await _chain.EnsureChainAsync(cancellationToken).ConfigureAwait(false);
        await _chain.Blocks.ReckonAsync(cancellationToken).ConfigureAwait(false);
    }

    // Searches until a channel is found that can pay, or everything is searched. Gives whether there is one that was not known before.
    private async Task<bool> SearchOnAsync(TokenAmount price, CancellationToken cancellationToken)
    {
        if (_isSearched)
            return false;
        var before = _queue.Sessions;
        await _searching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_queue.Sessions.Except(before).Any(session => CanPay(session, price)))
                return true; // somebody else has found it
            if (_isSearched)
                return false;
            await foreach (var found in _finder.FindAsync(cancellationToken).ConfigureAwait(false))
            {
                var unread = found.Where(channel => _queue.Sessions.All(session => session.Id != channel.Id)).ToList();
                var channels = await ReadAsync(unread, cancellationToken).ConfigureAwait(false);
                _queue.Add(channels.Where(channel => IsOurs(channel.Channel)).Select(channel => new ChannelSession(channel.Channel, channel.OpenedAt)));
                if (_queue.Sessions.Except(before).Any(session => CanPay(session, price)))
                    return true;
            }

            _isSearched = true;
            return false;
        }
        finally
        {
            _searching.Release();
        }
    }

    private async Task<IEnumerable<(PaymentChannel Channel, BigInteger OpenedAt)>> FindAllAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RememberedChannel> found = [];
        await foreach (var more in _finder.FindAsync(cancellationToken).ConfigureAwait(false))
            found = more;
        return await ReadAsync(found, cancellationToken).ConfigureAwait(false);
    }

    // What is remembered or was told by logs is looked up in the contract before it is believed.
    private async Task<IEnumerable<(PaymentChannel Channel, BigInteger OpenedAt)>> ReadAsync(
        IReadOnlyList<RememberedChannel> found, CancellationToken cancellationToken)
    {
        var channels = await _escrow.GetChannelsAsync([.. found.Select(channel => channel.Id)], cancellationToken).ConfigureAwait(false);
        return channels
            .Select((channel, i) => (Channel: channel ?? throw ChannelStateException.NodeLags(found[i].Id, "it told of its opening, and knows no such channel"), found[i].Block))
            .Where(read => read.Channel.Sender == _escrow.Owner && read.Channel.Recipient == _group.PaymentAddress && read.Channel.GroupId == _group.Id);
    }

    // A daemon takes the signatures of a channel's signer and of its sender (protocol e.3 #10).
    private bool IsOurs(PaymentChannel channel) => channel.Signer == _signer.Address || channel.Sender == _signer.Address;
}
