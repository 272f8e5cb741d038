using System.Numerics;
using System.Runtime.CompilerServices;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Discovery;

namespace Snet.Sdk.Payments.Channels;

/// <summary>Finds an account's channels, to one payment group or to all (null), by the topics that the contract indexes: sender, recipient, group (protocol b.4).</summary>
/// <remarks>
/// Channels that another account opened for our signer are not looked for: the signer is no topic, they would have to be picked from everybody's, and what
/// they hold is not ours to spend. What was searched is remembered, so each block is searched once, reorganizations aside.
/// </remarks>
internal sealed class ChannelFinder(ChainGateway chain, SnetNetwork network, EthereumAddress sender, PaymentGroup? group, ChannelMemory memory)
{
    private const int ManyRequests = 200; // beyond that, the contract's own list of channels may be the shorter way
    private const int PartsBetweenSaves = 64;
    private static readonly TimeSpan BlockTime = TimeSpan.FromSeconds(12);

    private SemaphoreSlim Turn { get; } = new(1, 1); // never disposed: whoever waits for it would wait for ever

    /// <summary>Finds the channels, those opened last first: whoever has found what he needs stops, and the search is resumed there next time.</summary>
    /// <returns>All channels found so far, oldest first, each time that there may be more; complete at the end.</returns>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public async IAsyncEnumerable<IReadOnlyList<RememberedChannel>> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        var known = memory.Load(group?.PaymentAddress ?? default, group?.Id ?? string.Empty);
        var saved = known;
        try
        {
            var search = chain.Search(
                network.Mpe, EscrowContract.ChannelOpen.Topic, AbiEvent.Topic32("address", sender),
                group is null ? null : AbiEvent.Topic32("address", group.PaymentAddress), group is null ? null : AbiEvent.Topic32("bytes32", Bytes32.FromGroupId(group.Id)));
            known = await CatchUpAsync(known, search, cancellationToken).ConfigureAwait(false);
            yield return known.Channels;

            var parts = 0;
            await foreach (var part in SearchBackAsync(known, search, cancellationToken).ConfigureAwait(false))
            {
                var found = part.Channels.Count > known.Channels.Count;
                known = part;
                if (found)
                    yield return known.Channels;
                if (++parts % PartsBetweenSaves == 0)
                    memory.Save(saved = known);
            }
        }
        finally
        {
            if (known != saved)
                memory.Save(known);
            Turn.Release();
        }
    }

    // From where the last search ended to the latest block.
    private async Task<RememberedChannels> CatchUpAsync(RememberedChannels known, LogSearch search, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = chain.Time.GetTimestamp();
        var all = search.TryAllAsync(known.SearchedTo ?? BigInteger.Zero, giveUp.Token);
        try
        {
            var view = await chain.LookAsync(known.SearchedTo, cancellationToken).ConfigureAwait(false);
            // What the node tells late may be of blocks that a search answered before it has not seen.
            var isLate = chain.Time.GetElapsedTime(started) >= BlockTime;
            var valid = await GoBackAsync(known, view, cancellationToken).ConfigureAwait(false);
            // The latest block can still be taken back; the one before it hardly.
            var point = new ChainPoint(BigInteger.Max(view.Head - 1, BigInteger.Zero), view.ParentHash);
            if (!isLate && valid.SearchedTo == known.SearchedTo && await all.ConfigureAwait(false) is { } logs)
                return valid.SearchedUpTo(point, Read(logs));
            if (valid.SearchedTo is not { } last)
                return valid.SearchedUpTo(point, []) with { SearchedFrom = view.Head + 1 };

            await foreach (var part in search.ReadAsync(last, view.Head, backwards: false, cancellationToken).ConfigureAwait(false))
            {
                valid = valid.With(Read(part.Logs));
                if (await TryListAsync(valid, search.CountRequests(part.Last, view.Head), cancellationToken).ConfigureAwait(false) is { } listed)
                    return listed.SearchedUpTo(point, []);
            }

            return valid.SearchedUpTo(point, []);
        }
        finally
        {
            await giveUp.CancelAsync().ConfigureAwait(false);
            await ((Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its failure is the look's, or of a search that nobody needs any more
        }
    }

    // What was searched on a chain that has another history since, counts up to the newest block that both have.
    private async Task<RememberedChannels> GoBackAsync(RememberedChannels known, ChainView view, CancellationToken cancellationToken)
    {
        for (var (points, hash) = (known.Points, view.EarlierHash); points.Count > 0;)
        {
            if (hash == points[0].Hash)
                return known.BackTo(points[0]);
            points = [.. points.Skip(1)];
            if (points.Count > 0)
                hash = (await chain.LookAsync(points[0].Block, cancellationToken).ConfigureAwait(false)).EarlierHash;
        }

        return new RememberedChannels(known.Recipient, known.GroupId);
    }

    // From where the last search stopped to the contract's first block.
    private async IAsyncEnumerable<RememberedChannels> SearchBackAsync(
        RememberedChannels known, LogSearch search, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = chain.FirstEscrowBlock;
        await foreach (var part in search.ReadAsync(first, known.SearchedFrom - 1, backwards: true, cancellationToken).ConfigureAwait(false))
        {
            known = known.With(Read(part.Logs)) with { SearchedFrom = part.First == first ? BigInteger.Zero : part.First };
            yield return known;
            if (await TryListAsync(known, search.CountRequests(first, part.First), cancellationToken).ConfigureAwait(false) is not { } listed)
                continue;
            yield return listed;
            yield break;
        }
    }

    // Some nodes let a search go over five or ten blocks. The contract numbers its channels, so all of them can be read instead, if there are not too many.
    private async Task<RememberedChannels?> TryListAsync(RememberedChannels known, BigInteger requests, CancellationToken cancellationToken)
    {
        if (requests < ManyRequests)
            return null;
        var next = (BigInteger)(await chain.ReadAsync(network.Mpe, EscrowContract.NextChannelId, [], cancellationToken).ConfigureAwait(false))[0];
        if (next > requests)
            return null;
        var ids = Enumerable.Range(0, (int)next).Select(id => (BigInteger)id).Except(known.Channels.Select(channel => channel.Id)).ToList();
        var channels = await chain.ReadManyAsync(network.Mpe, EscrowContract.Channels, ids.Select(id => new object[] { id }), cancellationToken).ConfigureAwait(false);
        var found = ids.Zip(channels).Where(channel => IsOurs(channel.Second)).Select(channel =>
            new RememberedChannel(channel.First, (EthereumAddress)channel.Second[2], (BigInteger)channel.Second[6], BigInteger.Zero));
        return known.With(found) with { SearchedFrom = BigInteger.Zero };
    }

    private bool IsOurs(object[] channel) =>
        (EthereumAddress)channel[1] == sender
        && (group is null || ((EthereumAddress)channel[3] == group.PaymentAddress && Convert.ToBase64String((byte[])channel[4]) == group.Id));

    private static IEnumerable<RememberedChannel> Read(IEnumerable<EthereumLog> logs) =>
        from log in logs
        let values = EscrowContract.ChannelOpen.Decode(log.Topics, log.Data)
        select new RememberedChannel((BigInteger)values[0], (EthereumAddress)values[3], (BigInteger)values[7], log.Block);
}
