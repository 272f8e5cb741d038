using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Logging;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Discovery;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Channels;

/// <summary>The channels of one account to one payment group: finds, fills and uses them, so that nobody else has to hear the word.</summary>
internal sealed partial class ChannelPool : IDisposable
{
    private const int SafetyBlocks = 20; // the daemon's node may be ahead of ours, and a call takes its time
    private const int Rounds = 5;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LagPatience = TimeSpan.FromSeconds(30); // more than two blocks
    private static readonly TimeSpan FirstLagPause = TimeSpan.FromMilliseconds(250), LastLagPause = TimeSpan.FromSeconds(2);

    private readonly PaymentGroup _group;
    private readonly ISigner _signer;
    private readonly SnetClientOptions _options;
    private readonly ChainGateway _chain;
    private readonly EscrowAccount _escrow;
    private readonly ReceiptLog _receipts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ChannelFinder _finder;
    private readonly ChannelFunder _funder;
    private readonly ChannelStateReader _reader;
    private readonly PaymentFates _fates;
    private readonly ChannelQueue _queue;
    private readonly CancellationTokenSource _closing = new();

    public ChannelPool(PaymentGroup group, ISigner signer, PaymentServices services)
    {
        (_group, _signer, _options) = (group, signer, services.Options);
        (_chain, _escrow, _receipts, _time, _logger) = (services.Chain, services.Escrow, services.Receipts, services.Options.TimeProvider, services.Logger);
        _finder = new ChannelFinder(services.Chain, _options.Network, services.Escrow.Owner, group, services.Memory);
        _funder = new ChannelFunder(services, group, signer.Address);
        _reader = new ChannelStateReader(services.Chain, services.Escrow, signer, _options.Network.Mpe);
        _fates = new PaymentFates(services);
        _queue = new ChannelQueue(_options, CanPay, (order, token) => _ = OpenAsync(order, token));
    }

    /// <summary>Signs a payment, waiting for those before it; opens or fills a channel when none has enough.</summary>
    /// <param name="order">What is paid.</param>
    /// <param name="daemon">Who is paid, and asked for the channel's state.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is signed then.</param>
    /// <exception cref="InsufficientFundsException">Channel, escrow and wallet together hold too little.</exception>
    /// <exception cref="ChannelStateException">The daemon's account of the channel cannot be believed.</exception>
    /// <exception cref="PaymentQueueException">Too many calls wait, or this one waits too long.</exception>
    public async ValueTask<PaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        for (var rounds = 0; ;)
        {
            await FindAsync(order.Price, cancellationToken).ConfigureAwait(false);
            var session = await _queue.EnterAsync(order, cancellationToken).ConfigureAwait(false);
            var kept = false;
            try
            {
                if (await PrepareAsync(session, order, daemon, cancellationToken).ConfigureAwait(false) is { } state)
                {
                    var lease = await SignAsync(session, state, order, daemon, cancellationToken).ConfigureAwait(false);
                    kept = true; // the lease gives the channel back
                    return lease;
                }

                if (++rounds == Rounds)
                    throw new ChannelStateException(session.Id, "it is claimed or used up elsewhere each time that it is to be used", isTransient: true);
            }
            catch (ChannelStateException e) when (e.IsTransient && rounds < Rounds)
            {
                order.Ticket.PassOver(session, e); // another channel may do; when none does, the queue says this
            }
            finally
            {
                if (!kept)
                    _queue.Return(session);
            }
        }
    }

    /// <summary>Asks the daemon for a channel's state, which settles the payments whose fate it tells. Calls from the channel may go on meanwhile.</summary>
    public Task ResolveAsync(ChannelSession session, DaemonConnection daemon, CancellationToken cancellationToken) =>
        RefreshAsync(session, daemon, readsChain: false, isQuestion: true, cancellationToken);

    /// <summary>Asks for the states of all channels from which payments are open.</summary>
    /// <returns>False when that cannot be found out now.</returns>
    public async Task<bool> TryResolveAsync(TokenAmount price, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        try
        {
            await FindAsync(price, cancellationToken).ConfigureAwait(false);
            foreach (var session in _queue.Sessions.Where(session => _fates.OpenOf(session).Count > 0))
                await ResolveAsync(session, daemon, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SnetException)
        {
            return false;
        }
    }

    /// <summary>A payment was refused; what it was refused for is asked afresh before the next one.</summary>
    /// <returns>The same, or <see cref="PaymentRefusal.Later"/> when the same payment should be tried again: the queue waits as long as it must.</returns>
    public PaymentRefusal Refused(ChannelSession session, PaymentOrder order, PaymentRefusal refusal)
    {
        var now = _time.GetUtcNow();
        switch (refusal)
        {
            case PaymentRefusal.None or PaymentRefusal.Final:
                return refusal;
            case PaymentRefusal.Locked:
                if (session.Rest(now, LockPatience, _options.CallTimeout))
                    return PaymentRefusal.Later;
                _logger.ChannelLocked(session.Id);
                if (!_queue.HasAlternative(session, order))
                    return PaymentRefusal.Stuck;
                order.Ticket.PassOver(session, new ChannelStateException(session.Id, "the daemon keeps it locked", isTransient: true));
                return PaymentRefusal.Later;
            default:
                _chain.Blocks.Forget();
                session.Forget(); // before the next in the queue signs from the same wrong state
                var lags = refusal is PaymentRefusal.NotEnough or PaymentRefusal.NearExpiration or PaymentRefusal.NotFound && session.IsFreshlyFunded(now);
                return lags && session.Rest(now, LagPatience, TimeSpan.Zero) ? PaymentRefusal.Later : refusal;
        }
    }

    /// <summary>A payment was taken, so those that looked untaken when it was signed never will be: the daemon takes one payment above a total.</summary>
    public void Confirmed(ChannelSession session, ChannelState after)
    {
        var untaken = session.Untaken;
        session.Confirm(after, _time.GetUtcNow());
        if (untaken.Count > 0)
            _fates.Settle(untaken.Where(entry => entry.Receipt.AmountBefore < after.SignedAmount).Select(entry => (entry, PaymentOutcome.NotCharged)));
    }

    /// <summary>It is unknown whether a payment was taken.</summary>
    public void Doubted(ChannelSession session) => session.Doubt(_time.GetUtcNow());

    /// <summary>Notes what became of a payment and ends the holding of its channel.</summary>
    public PaymentReceipt End(ChannelSession session, PaymentOrder order, ReceiptEntry receipt, PaymentOutcome outcome)
    {
        try
        {
            return _receipts.Settle(receipt, outcome);
        }
        finally
        {
            _queue.Return(session);
            if (outcome == PaymentOutcome.Paid)
                FundAhead(session, order);
        }
    }

    public void Dispose()
    {
        if (_closing.IsCancellationRequested)
            return;
        _closing.Cancel();
        _queue.Dispose();
        _closing.Dispose(); // no semaphore is: whoever waits for one would wait for ever
    }

    // Makes a channel ready to pay: reads what is not known, fills what is too little. Gives the state to sign from; null when the channel is not ready.
    private async ValueTask<ChannelState?> PrepareAsync(ChannelSession session, PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        if (session.State is null)
            await RefreshAsync(session, daemon, session.IsDoubted, isQuestion: false, cancellationToken).ConfigureAwait(false);
        if (ReadyState(session, order.Price) is { } ready)
            return ready;
        // The channel may have been filled, extended or claimed elsewhere; a claim that was on its way may have arrived.
        await RefreshAsync(session, daemon, readsChain: true, isQuestion: false, cancellationToken).ConfigureAwait(false);
        if (ReadyState(session, order.Price) is { } now)
            return now;
        if (session.HasClaimOnItsWay)
            throw ChannelStateException.ClaimOnItsWay(session.Id);
        // An older channel, which the search has not come to yet, may have what this one lacks.
        if (session.State is null || await SearchOnAsync(order.Price, cancellationToken).ConfigureAwait(false))
            return null;
        await FillAsync(session, order, state => ChannelFunder.Missing(state, order.Price), () => CanPay(session, order.Price), cancellationToken).ConfigureAwait(false);
        return ReadyState(session, order.Price);
    }

    // One look decides: funds can arrive at any moment, and what is signed must be what was checked.
    private ChannelState? ReadyState(ChannelSession session, TokenAmount price) =>
        session.State is { } state && state.SignedAmount + price <= state.Value && IsAlive(session.Channel, _chain.Blocks.Reckoned) ? state : null;

    private bool CanPay(ChannelSession session, TokenAmount price) =>
        session.Spendable >= price && IsAlive(session.Channel, _chain.Blocks.Reckoned);

    /// <summary>Whether a channel is so near its end that the daemon takes no payments from it, as far as is known.</summary>
    /// <param name="expiration">The block of its end.</param>
    public bool IsNearEnd(BigInteger expiration) => expiration <= _chain.Blocks.Reckoned + _group.PaymentExpirationThreshold + SafetyBlocks;

    private bool IsAlive(PaymentChannel channel, BigInteger? block) => channel.Expiration > block + _group.PaymentExpirationThreshold + SafetyBlocks;

    private async Task RefreshAsync(
        ChannelSession session, DaemonConnection daemon, bool readsChain, bool isQuestion, CancellationToken cancellationToken)
    {
        var version = session.Version;
        var (channel, state, old) = await ReadStateAsync(session, daemon, readsChain, cancellationToken).ConfigureAwait(false);
        var open = _fates.OpenOf(session);
        var outcomes = PaymentFates.Decide(open.Where(entry => entry.Receipt.Nonce == state.Nonce), state.SignedAmount).ToList();
        var untaken = outcomes.FindAll(decided => decided.Outcome == PaymentOutcome.NotCharged && decided.Entry.Receipt.AmountBefore >= state.SignedAmount);
        // The daemon may be at work on them and take the price in a moment: only a later payment that it takes, or time, proves that it never will.
        outcomes.RemoveAll(decided => untaken.Contains(decided) && !IsOver(decided.Entry));
        // Of two that were signed from one total the daemon takes one: while the other is under way, nobody can tell which it has taken.
        if (isQuestion && (untaken.Exists(decided => !IsOver(decided.Entry)) || _receipts.IsUnderWay(state)))
            return; // the next payment's end tells, or it asks again and settles what is open by then
        if (old is { } total)
            outcomes.AddRange(PaymentFates.Decide(open.Where(entry => entry.Receipt.Nonce == state.Nonce - 1), total));
        if (!session.TryLearn(version, channel, state, [.. untaken.Select(decided => decided.Entry)]))
            return;
        _fates.Settle(outcomes);
        Report(session, state);
        await _fates.SettleClaimedAsync(session, open.Where(entry => entry.Receipt.Nonce < channel.Nonce && outcomes.All(decided => decided.Entry != entry)), cancellationToken)
            .ConfigureAwait(false);
    }

    // No call goes on past its time limit at the daemon, which is told of it.
    private bool IsOver(ReceiptEntry entry) =>
        entry.IsOver || _time.GetUtcNow() - (entry.BrokenOff ?? entry.Receipt.Time) > (entry.TimeLimit ?? _options.CallTimeout);

    // The two nodes hear of a block one after the other, so a while is waited before one of them is blamed.
    private async Task<ChannelReading> ReadStateAsync(ChannelSession session, DaemonConnection daemon, bool readsChain, CancellationToken cancellationToken)
    {
        for (var pause = FirstLagPause; ; pause *= 2)
        {
            try
            {
                return await _reader.ReadAsync(session.Channel, session.IsDoubted, readsChain, daemon, cancellationToken).ConfigureAwait(false);
            }
            catch (ChannelStateException e) when (e.IsLag && pause <= LastLagPause)
            {
                await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
                readsChain = true;
            }
        }
    }

    // Both carry our own signature, so they are followed: what was signed cannot cost more than once.
    private void Report(ChannelSession session, ChannelState state)
    {
        if (session.Confirmed is { } confirmed && confirmed.Nonce == state.Nonce && confirmed.SignedAmount > state.SignedAmount)
            _logger.DaemonForgot(session.Id, confirmed.SignedAmount, state.SignedAmount);
        var known = _receipts.HighestSigned(session.Id, state.Nonce) ?? TokenAmount.Zero;
        if (known < state.SignedAmount)
            _logger.ChannelUsedElsewhere(session.Id, known, state.SignedAmount);
    }

    // The receipt comes first: what cannot be written down is not signed, and nothing that was signed is missing after a crash.
    private async ValueTask<PaymentLease> SignAsync(
        ChannelSession session, ChannelState before, PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var after = before.Add(order.Price);
        var receipt = _receipts.Add(new PaymentReceipt(
            _time.GetUtcNow(), order.OrgId, order.ServiceId, order.Method, order.ModelId, after.Id, after.Nonce,
            before.SignedAmount, after.SignedAmount, PaymentOutcome.Unknown)
        {
            Mode = order.PlannedCalls > 0 ? PaymentMode.Prepaid : PaymentMode.Escrow, Note = order.Note,
        }, order);
        try
        {
            var headers = await SignHeadersAsync(after, order, cancellationToken).ConfigureAwait(false);
            _logger.ChannelUsed(session.Id, before.Spendable);
            return new PaymentLease(this, session, order, daemon, after, headers, receipt);
        }
        catch
        {
            _receipts.Settle(receipt, PaymentOutcome.NotCharged); // nobody has seen a signature
            throw;
        }
    }

    private async ValueTask<GrpcMetadata> SignHeadersAsync(ChannelState after, PaymentOrder order, CancellationToken cancellationToken)
    {
        var hash = SignedMessages.Claim(_options.Network.Mpe, after.Id, after.Nonce, after.SignedAmount.Cogs);
        var signature = await _signer.SignMessageAsync(hash, cancellationToken).ConfigureAwait(false);
        var headers = new GrpcMetadata();
        headers.Add(PaymentHeaders.Type, order.PaymentType);
        headers.Add(PaymentHeaders.ChannelId, Text(after.Id));
        headers.Add(PaymentHeaders.ChannelNonce, Text(after.Nonce));
        headers.Add(PaymentHeaders.ChannelAmount, Text(after.SignedAmount.Cogs));
        headers.Add(PaymentHeaders.ChannelSignature, signature);
        if (order.TrainedModelId is { } model)
            headers.Add(PaymentHeaders.TrainModelId, model);
        return headers;
    }

    // Plain decimals: the daemon would read 010 as octal (protocol e.1).
    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);
}
