using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Payments.Channels;

internal sealed partial class ChannelPool
{
    private const int DayBlocks = 7_200;
    private const int MostRequests = 15; // for the events of a day; a node that allows 500 blocks at a time takes as many
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _funding = new(1, 1); // one at a time, so that each sees what the one before it did
    private volatile bool _mayHaveChanged;

    // Started by the queue, which serves the calls that wait from whichever channel is free first.
    private async Task OpenAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        try
        {
            _queue.EndOpening(order, await TryOpenAsync(order, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            _queue.EndOpening(order, e); // it goes on to the call that waits for the channel
        }
    }

    private async Task<ChannelSession?> TryOpenAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        var known = _queue.Sessions.Count;
        var channel = await FundAsync(
            () => _queue.Sessions.Count > known,
            () => _funder.FundAsync(null, order.Price, Wanted(order, Times(_options.Funding.CallsAhead, order)), cancellationToken)!,
            cancellationToken).ConfigureAwait(false);
        if (channel is null)
            return null;
        // Nothing can have been signed for it before. Nothing may fail from here on: a channel that is forgotten would be opened once more.
        var session = new ChannelSession(channel, (_chain.Blocks.Reckoned ?? SafetyBlocks) - SafetyBlocks);
        session.TryLearn(session.Version, channel, new ChannelState(channel.Id, channel.Nonce, channel.Value, TokenAmount.Zero), []);
        session.Funded(channel, channel, _time.GetUtcNow());
        return session;
    }

    // Adds funds to a channel and extends it; extends it alone where nothing is needed.
    private async Task FillAsync(
        ChannelSession session, PaymentOrder order, Func<ChannelState, TokenAmount> needs, Func<bool> isDone, CancellationToken cancellationToken)
    {
        await FundAsync(isDone, FillAsync, cancellationToken).ConfigureAwait(false);

        async Task<PaymentChannel?> FillAsync()
        {
            if (session.State is not { } state)
                return null; // it is asked again first
            var before = session.Channel;
            var needed = needs(state);
            var wanted = needed.IsZero ? needed : Wanted(order, await CountCallsAheadAsync(session, order, cancellationToken).ConfigureAwait(false));
            var after = await _funder.FundAsync(before, needed, wanted, cancellationToken).ConfigureAwait(false);
            session.Funded(before, after, _time.GetUtcNow());
            return after;
        }
    }

    // Gives null when it turns out not to be needed. Another process of the account may fund as well; then each goes on from what the other left.
    private async Task<PaymentChannel?> FundAsync(Func<bool> isDone, Func<Task<PaymentChannel?>> fundAsync, CancellationToken cancellationToken)
    {
        await _funding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _escrow.RepeatAsync(LookAndFundAsync, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _funding.Release();
        }

        async Task<PaymentChannel?> LookAndFundAsync()
        {
            await LookForArrivalsAsync(cancellationToken).ConfigureAwait(false);
            if (isDone())
                return null;
            _mayHaveChanged = true;
            var channel = await fundAsync().ConfigureAwait(false);
            _mayHaveChanged = false;
            return channel;
        }
    }

    // Funds may be on their way: sent just before a restart, by a call that was given up, or out of sight of a node that lags. They are waited for, not sent
    // a second time.
    private async Task LookForArrivalsAsync(CancellationToken cancellationToken)
    {
        var mayHaveChanged = _mayHaveChanged;
        _mayHaveChanged = true; // this wait may be given up, too
        mayHaveChanged |= await _escrow.WaitForEarlierAsync(cancellationToken).ConfigureAwait(false);
        if (mayHaveChanged)
            await ReloadAsync(cancellationToken).ConfigureAwait(false);
        _mayHaveChanged = false;
    }

    // Enough for several calls where the account has that much; a training step is filled for itself alone.
    private static TokenAmount Wanted(PaymentOrder order, int calls) => order.IsTraining ? TokenAmount.Zero : order.Price * calls;

    // What was used up within a day is filled for twice as many calls: so many calls pay gas seldom, and few calls bind little.
    private async Task<int> CountCallsAheadAsync(ChannelSession session, PaymentOrder order, CancellationToken cancellationToken)
    {
        var (least, most) = (Times(_options.Funding.CallsAhead, order), Times(_options.Funding.MaxCallsAhead, order));
        if (most <= least || order.IsTraining || order.Price.IsZero)
            return least;
        var last = await FindLastFundingAsync(session, cancellationToken).ConfigureAwait(false);
        return last is { } amount ? (int)BigInteger.Min(most, BigInteger.Max(amount.Cogs / order.Price.Cogs, least) * 2) : least;
    }

    // A plan stands for several calls.
    private static int Times(int calls, PaymentOrder order) => Math.Max(1, calls / Math.Max(1, order.PlannedCalls));

    // Asked of the chain, so that it holds across restarts and processes. Nothing was added, but the channel is young: it was opened for the least.
    private async Task<TokenAmount?> FindLastFundingAsync(ChannelSession session, CancellationToken cancellationToken)
    {
        var last = await _chain.Blocks.GetAsync(cancellationToken).ConfigureAwait(false);
        var first = BigInteger.Max(BigInteger.Zero, last - DayBlocks);
        var search = _chain.Search(_options.Network.Mpe, EscrowContract.ChannelFundsAdded.Topic, AbiEvent.Topic32("uint256", session.Id));
        if (search.CountRequests(first, last) <= MostRequests)
        {
            await foreach (var part in search.ReadAsync(first, last, backwards: true, cancellationToken).ConfigureAwait(false))
            {
                if (part.Logs.Count > 0)
                    return TokenAmount.FromCogs((BigInteger)EscrowContract.ChannelFundsAdded.Decode(part.Logs[^1].Topics, part.Logs[^1].Data)[1]);
            }
        }

        return session.OpenedAt >= first ? TokenAmount.Zero : null;
    }

    // A channel that is used up again and again is filled before its last call, and one that has been in use for a while is extended before its end, so that
    // no call waits for a block.
    private void FundAhead(ChannelSession session, PaymentOrder order)
    {
        if (_options.Funding.MaxCallsAhead <= _options.Funding.CallsAhead || order.IsTraining || order.PlannedCalls > 0)
            return;
        var now = _time.GetUtcNow();
        if ((IsLow(session) || (IsNearItsEnd(session) && session.UsedSince + Hour < now)) && !session.HasClaimOnItsWay && session.TryBeginFunding(now, Hour))
            _ = FundAheadAsync(session, order);
    }

    private static bool IsLow(ChannelSession session) => session.Fundings > 1 && session.Spendable.Cogs * 10 < session.LastFunding.Cogs;

    private bool IsNearItsEnd(ChannelSession session) =>
        session.Channel.Expiration < _chain.Blocks.Reckoned + _group.PaymentExpirationThreshold + SafetyBlocks + (_options.Funding.ExtraBlocks / 10);

    private async Task FundAheadAsync(ChannelSession session, PaymentOrder order)
    {
        try
        {
            await FillAsync(
                session, order, _ => IsLow(session) ? order.Price : TokenAmount.Zero, () => !IsLow(session) && !IsNearItsEnd(session), _closing.Token).ConfigureAwait(false);
        }
        catch (SnetException e)
        {
            _logger.FundingAheadFailed(session.Id, e.Message); // no call depends on it; the one that needs it tries again
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return; // the client was closed
        }
    }
}
