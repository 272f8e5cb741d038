using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Logging;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Discovery;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments;

/// <summary>The channels of one account to one payment group: finds, fills and uses them, so that nobody else has to hear the word.</summary>
internal sealed class ChannelPool : IDisposable
{
    private const int SafetyBlocks = 20; // the daemon's node may be ahead of ours, and a call takes its time
    private const int Rounds = 5;

    private readonly PaymentGroup _group;
    private readonly ChannelFunder _funder;
    private readonly ChannelFinder _finder;
    private readonly ChannelStateReader _reader;
    private readonly EscrowAccount _escrow;
    private readonly ChainGateway _chain;
    private readonly ISigner _signer;
    private readonly SnetNetwork _network;
    private readonly ReceiptLog _receipts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _management = new(1, 1);
    private List<ChannelSession>? _sessions;
    private volatile bool _waitsForEarlier;

    public ChannelPool(PaymentGroup group, ISigner signer, PaymentServices services)
    {
        (_group, _signer, _network) = (group, signer, services.Options.Network);
        (_escrow, _chain, _receipts, _time, _logger) = (services.Escrow, services.Chain, services.Receipts, services.Options.TimeProvider, services.Logger);
        _finder = new ChannelFinder(services.Chain, _network, services.Escrow.Owner, group, services.Memory);
        _reader = new ChannelStateReader(services.Chain, services.Escrow, signer, _network.Mpe);
        _funder = new ChannelFunder(services, group, signer.Address);
    }

    /// <summary>Signs a payment, waiting for those before it; opens or fills a channel when none has enough.</summary>
    /// <param name="order">What is paid.</param>
    /// <param name="daemon">Who is paid, and asked for the channel's state.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is signed then.</param>
    /// <exception cref="InsufficientFundsException">Channel, escrow and wallet together hold too little.</exception>
    /// <exception cref="ChannelStateException">The daemon's account of the channel cannot be believed.</exception>
    public async Task<PaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        await _chain.EnsureChainAsync(cancellationToken).ConfigureAwait(false);
        for (var round = 1; ; round++)
        {
            var session = await ChooseAsync(order.Price, cancellationToken).ConfigureAwait(false)
                ?? await FindClaimedAsync(daemon, cancellationToken).ConfigureAwait(false)
                ?? await FindArrivingAsync(order.Price, cancellationToken).ConfigureAwait(false)
                ?? await OpenAsync(order, cancellationToken).ConfigureAwait(false);
            await session.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            var kept = false;
            try
            {
                if (session.State is null)
                    await RefreshAsync(session, daemon, mayStillBeTaken: false, cancellationToken).ConfigureAwait(false);
                if (!await IsUsableAsync(session, order.Price, cancellationToken).ConfigureAwait(false) && !session.HasClaimOnItsWay)
                    await FillAsync(session, order, daemon, cancellationToken).ConfigureAwait(false);
                if (await IsUsableAsync(session, order.Price, cancellationToken).ConfigureAwait(false))
                {
                    var lease = await SignAsync(session, order, cancellationToken).ConfigureAwait(false);
                    kept = true; // the lease gives the channel back
                    return lease;
                }

                if (round == Rounds)
                    throw new ChannelStateException(session.Id, "it is claimed or used up elsewhere each time that it is to be used; try again", isTransient: true);
            }
            finally
            {
                if (!kept)
                    session.Gate.Release();
            }
        }
    }

    /// <summary>Reads a channel's state again, which also settles the payments whose fate is open.</summary>
    /// <param name="session">The channel.</param>
    /// <param name="daemon">Who is asked.</param>
    /// <param name="mayStillBeTaken">Whether a payment that looks untaken stays open, since the daemon may be at work on it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task ResolveAsync(ChannelSession session, DaemonConnection daemon, bool mayStillBeTaken, CancellationToken cancellationToken)
    {
        await session.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RefreshAsync(session, daemon, mayStillBeTaken, cancellationToken).ConfigureAwait(false);
            if (mayStillBeTaken && session.Open.Count > 0)
                session.State = null; // the next payment asks again, and settles what is open by then
        }
        finally
        {
            session.Gate.Release();
        }
    }

    /// <summary>Makes the next payment ask for the channel's state, and the chain's latest block. Whoever says so holds the channel.</summary>
    public void Forget(ChannelSession session)
    {
        _chain.Blocks.Forget();
        (session.State, session.IsDoubted) = (null, true);
    }

    /// <summary>Lists the channels as the contract has them now.</summary>
    public async Task<IReadOnlyList<PaymentChannel>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RememberedChannel> found = [];
        await foreach (var more in _finder.FindAsync(cancellationToken).ConfigureAwait(false))
            found = more;
        return await ReadAsync(found, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes notice of channels that were opened or changed by hand.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        var channels = await ListAsync(cancellationToken).ConfigureAwait(false);
        await _management.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            List<ChannelSession> sessions = [.. _sessions ?? []]; // others may be looking at the old list
            foreach (var channel in channels.Where(IsOurs))
            {
                if (sessions.Find(s => s.Id == channel.Id) is { } known)
                    (known.Channel, known.State) = (channel, known.State is { } state && state.Nonce == channel.Nonce ? state with { Value = channel.Value } : null);
                else
                    sessions.Add(new ChannelSession(channel));
            }

            _sessions = sessions;
        }
        finally
        {
            _management.Release();
        }
    }

    public void Dispose()
    {
        _management.Dispose();
        _finder.Dispose();
        foreach (var session in _sessions ?? [])
            session.Dispose();
    }

    // What is remembered or was told by logs is looked up in the contract before it is believed.
    private async Task<IReadOnlyList<PaymentChannel>> ReadAsync(IReadOnlyList<RememberedChannel> found, CancellationToken cancellationToken)
    {
        var channels = await _escrow.GetChannelsAsync([.. found.Select(channel => channel.Id)], cancellationToken).ConfigureAwait(false);
        return
        [
            .. channels.Select((channel, i) => channel ?? throw ChannelStateException.NodeLags(found[i].Id, "it told of its opening, and knows no such channel"))
                .Where(channel => channel.Sender == _escrow.Owner && channel.Recipient == _group.PaymentAddress && channel.GroupId == _group.Id),
        ];
    }

    // The one with most to spend that has enough and is not near its end; otherwise the one with most, to be filled.
    private async Task<ChannelSession?> ChooseAsync(TokenAmount price, CancellationToken cancellationToken)
    {
        if (_sessions is null)
            await ReloadAsync(cancellationToken).ConfigureAwait(false);
        var candidates = _sessions!.ToArray();
        var block = candidates.Length == 0 ? BigInteger.Zero : await _chain.Blocks.ReckonAsync(cancellationToken).ConfigureAwait(false);
        return candidates
            .OrderByDescending(s => s.Spendable >= price && IsAlive(s.Channel, block))
            .ThenByDescending(s => s.Spendable)
            .ThenByDescending(s => s.Id)
            .FirstOrDefault(s => !s.HasClaimOnItsWay || s.Spendable >= price);
    }

    private async Task<bool> IsUsableAsync(ChannelSession session, TokenAmount price, CancellationToken cancellationToken) =>
        session.State is { } state && state.Spendable >= price
        && IsAlive(session.Channel, await _chain.Blocks.ReckonAsync(cancellationToken).ConfigureAwait(false));

    private bool IsAlive(PaymentChannel channel, BigInteger block) =>
        channel.Expiration > block + _group.PaymentExpirationThreshold + SafetyBlocks;

    // A daemon takes the signatures of a channel's signer and of its sender (protocol e.3 #10).
    private bool IsOurs(PaymentChannel channel) => channel.Signer == _signer.Address || channel.Sender == _signer.Address;

    // A claim that was on its way when a channel was read may have arrived since: then the channel can be filled, and no other is needed.
    private async Task<ChannelSession?> FindClaimedAsync(DaemonConnection daemon, CancellationToken cancellationToken)
    {
        foreach (var session in _sessions!)
        {
            await ResolveAsync(session, daemon, mayStillBeTaken: false, cancellationToken).ConfigureAwait(false);
            if (!session.HasClaimOnItsWay)
                return session;
        }

        return null;
    }

    // A channel may be on its way: opened just before a restart, or out of sight of a node that lags. It is waited for, not opened a second time.
    private async Task<ChannelSession?> FindArrivingAsync(TokenAmount price, CancellationToken cancellationToken)
    {
        var mayHaveArrived = _waitsForEarlier; // an earlier wait was given up
        _waitsForEarlier = true;
        mayHaveArrived |= await _escrow.WaitForEarlierAsync(cancellationToken).ConfigureAwait(false);
        if (mayHaveArrived)
            await ReloadAsync(cancellationToken).ConfigureAwait(false);
        _waitsForEarlier = false;
        return mayHaveArrived ? await ChooseAsync(price, cancellationToken).ConfigureAwait(false) : null;
    }

    private async Task<ChannelSession> OpenAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        await _management.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_sessions!.FindLast(s => !s.HasClaimOnItsWay) is { } opened)
                return opened; // somebody else opened one meanwhile
            var channel = await _funder.OpenAsync(order, cancellationToken).ConfigureAwait(false);
            var session = new ChannelSession(channel) { State = new ChannelState(channel.Id, channel.Nonce, channel.Value, TokenAmount.Zero) };
            _sessions = [.. _sessions, session];
            return session;
        }
        finally
        {
            _management.Release();
        }
    }

    private async Task FillAsync(ChannelSession session, PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        // The contract is asked again first: the channel may have been filled, extended or claimed elsewhere.
        await RefreshAsync(session, daemon, mayStillBeTaken: false, cancellationToken).ConfigureAwait(false);
        if (session.HasClaimOnItsWay || await IsUsableAsync(session, order.Price, cancellationToken).ConfigureAwait(false))
            return;
        await _management.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var channel = await _funder.FillAsync(session.Channel, session.State!, order, cancellationToken).ConfigureAwait(false);
            (session.Channel, session.State) = (channel, Raised(session.State, channel.Value));
        }
        finally
        {
            _management.Release();
        }
    }

    private static ChannelState? Raised(ChannelState? state, TokenAmount value) => state is null ? null : state with { Value = value };

    private async Task RefreshAsync(ChannelSession session, DaemonConnection daemon, bool mayStillBeTaken, CancellationToken cancellationToken)
    {
        var seen = session.IsDoubted ? null : session.Channel;
        var (channel, state, old) = await _reader.ReadAsync(session.Id, seen, daemon, cancellationToken).ConfigureAwait(false);
        (session.Channel, session.State, session.IsDoubted) = (channel, state, false);
        foreach (var open in session.Open)
        {
            var total = state.Nonce == open.After.Nonce ? state.SignedAmount
                : state.Nonce == open.After.Nonce + 1 ? old
                : null; // claimed in between: the contract's events would tell, the daemon no longer does
            if (total >= open.After.SignedAmount)
                _receipts.Settle(open.Receipt, PaymentOutcome.Paid);
            else if (total is not null && !mayStillBeTaken)
                _receipts.Settle(open.Receipt, PaymentOutcome.NotCharged);
        }

        // Those that look untaken stay: the daemon may still be at work on them and take the price in a moment.
        session.Open.RemoveAll(open => state.Nonce != open.After.Nonce || state.SignedAmount >= open.After.SignedAmount);
    }

    private async Task<PaymentLease> SignAsync(ChannelSession session, PaymentOrder order, CancellationToken cancellationToken)
    {
        var before = session.State!;
        var after = before.Add(order.Price);
        var hash = SignedMessages.Claim(_network.Mpe, after.Id, after.Nonce, after.SignedAmount.Cogs);
        var signature = await _signer.SignMessageAsync(hash, cancellationToken).ConfigureAwait(false);
        _logger.ChannelUsed(session.Id, before.Spendable);

        var headers = new GrpcMetadata();
        headers.Add(PaymentHeaders.Type, order.PaymentType);
        headers.Add(PaymentHeaders.ChannelId, Text(after.Id));
        headers.Add(PaymentHeaders.ChannelNonce, Text(after.Nonce));
        headers.Add(PaymentHeaders.ChannelAmount, Text(after.SignedAmount.Cogs));
        headers.Add(PaymentHeaders.ChannelSignature, signature);
        if (order.TrainedModelId is { } model)
            headers.Add(PaymentHeaders.TrainModelId, model);
        var receipt = _receipts.Add(new PaymentReceipt(
            _time.GetUtcNow(), order.OrgId, order.ServiceId, order.Method, order.ModelId, after.Id, after.Nonce,
            before.SignedAmount, after.SignedAmount, PaymentOutcome.Unknown)
        {
            Mode = order.PlannedCalls > 0 ? PaymentMode.Prepaid : PaymentMode.Escrow, Note = order.Note,
        }, order);
        return new PaymentLease(session, before, after, headers, _receipts, receipt);
    }

    // Plain decimals: the daemon would read 010 as octal (protocol e.1).
    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);
}
