using System.Collections.Concurrent;
using System.Numerics;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Sandbox;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What an onlooker writes down of one account: every total that its clients sign, and every total that the daemon takes. Each entry is held against P1 to P9.</summary>
/// <remarks>Nothing here asks the SDK. The daemon's totals come from its storage, the channels' values from the chain.</remarks>
/// <param name="sandbox">The platform.</param>
/// <param name="limits">What the account's user allows.</param>
internal sealed class Books(SnetSandbox sandbox, Limits limits)
{
    /// <summary>What the numbers of two lives of a client differ by.</summary>
    public const int LifeStep = 100;

    private readonly Lock _lock = new();
    private readonly ChainView _chain = new(sandbox);
    private readonly ConcurrentQueue<string> _broken = new();
    private readonly ConcurrentQueue<SentPayment> _sent = new();
    private readonly Dictionary<(BigInteger Channel, BigInteger Nonce), BigInteger> _signed = [];
    private readonly Dictionary<(BigInteger Channel, BigInteger Nonce), BigInteger> _taken = [];
    private readonly Dictionary<(BigInteger Channel, BigInteger Nonce), BigInteger> _takenAtMost = []; // also by a daemon that forgot it since
    private readonly Dictionary<(int Client, BigInteger Channel), SentPayment> _last = [];
    private readonly Dictionary<(int Client, BigInteger Channel), long> _asked = [];
    private readonly List<(BigInteger Channel, long Number, BigInteger By)> _shrunk = [];
    private readonly BigInteger _firstChannel = new ChainView(sandbox).NextChannelId;
    private BigInteger _lastChannels;
    private BigInteger _forgotten;
    private long _number;

    public ChainView Chain => _chain;

    public Limits Limits => limits;

    /// <summary>The account's channels.</summary>
    public IReadOnlyList<BigInteger> Channels
    {
        get
        {
            _lastChannels = BigInteger.Max(_lastChannels, _chain.NextChannelId); // one whose block is taken back counts on
            List<BigInteger> ids = [];
            for (var id = _firstChannel; id < _lastChannels; id++)
                ids.Add(id);
            return ids;
        }
    }

    /// <summary>Whether a block is taken back and not there again; what a channel holds cannot be told then.</summary>
    public bool BlockIsMissing { get; set; }

    /// <summary>
    /// Whether a payment for calls ahead met one of another process. A daemon looks at the total before it locks the channel for such a payment, so the total
    /// can fall back when two come at one moment (protocol e.5, GetToken).
    /// </summary>
    public bool PlansHaveMet { get; private set; }

    /// <summary>What was broken so far.</summary>
    public IReadOnlyCollection<string> Broken => _broken;

    /// <summary>All that the daemon ever took, in cogs.</summary>
    public BigInteger TakenInAll()
    {
        lock (_lock)
        {
            foreach (var channel in Channels)
                Look(channel);
            return Sum();
        }
    }

    /// <summary>What the daemon took of a round.</summary>
    public BigInteger TakenOf((BigInteger Channel, BigInteger Nonce) round)
    {
        lock (_lock)
            return _taken.GetValueOrDefault(round);
    }

    /// <summary>Reads everything at one moment.</summary>
    public Moment Read()
    {
        lock (_lock)
        {
            var plans = _sent.Where(payment => payment.IsPlan).ToList();
            return new Moment(TakenInAll(), _taken.ToDictionary(), UsedInAll(), plans.Count, plans.Count(plan => plan.IsOnItsWay));
        }
    }

    /// <summary>The most that was signed in a round, and the signature; null when nothing was.</summary>
    public SentPayment? Highest((BigInteger Channel, BigInteger Nonce) round) => _sent.Where(p => p.Round == round).MaxBy(p => p.Amount);

    public long NextNumber() => Interlocked.Increment(ref _number);

    /// <summary>Notes that something is wrong.</summary>
    public void Break(string invariant, string what) => _broken.Enqueue($"{invariant}: {what}");

    /// <summary>The daemon has told a client the state of a channel.</summary>
    public void Asked(int client, BigInteger channel)
    {
        lock (_lock)
            _asked[(client, channel)] = NextNumber();
    }

    /// <summary>A claim has taken more out of a channel than its client could reckon with.</summary>
    public void Shrank(BigInteger channel, BigInteger by)
    {
        lock (_lock)
            _shrunk.Add((channel, NextNumber(), by));
    }

    /// <summary>How much of a round is being claimed, as the daemon says.</summary>
    public BigInteger ClaimedOnItsWay(BigInteger channel, BigInteger nonce) =>
        sandbox.Daemon.Channels.GetClaim(channel, nonce)?.Authorized ?? BigInteger.Zero;

    /// <summary>The daemon is about to lose a channel: what it took so far is taken all the same.</summary>
    public void Forgets(BigInteger channel)
    {
        lock (_lock)
        {
            Look(channel);
            foreach (var round in _taken.Keys.Where(round => round.Channel == channel && round.Nonce >= _chain.Channel(channel).Nonce).ToList())
            {
                _forgotten += _taken[round];
                _taken.Remove(round);
            }
        }
    }

    /// <summary>A signed total leaves a client.</summary>
    public void Leaves(SentPayment payment)
    {
        lock (_lock)
        {
            Look(payment.Channel);
            PlansHaveMet |= _sent.Any(other => other.IsOnItsWay && (other.IsPlan || payment.IsPlan) && other.Client != payment.Client && other.Channel == payment.Channel);
            CheckValue(payment);
            CheckStep(payment);
            CheckLimits(payment);
            CheckFate(payment);
            CheckOnce(payment);
            _sent.Enqueue(payment);
            _last[(payment.Client, payment.Channel)] = payment;
            payment.For?.Sent.Enqueue(payment);
            if (payment.Amount > _signed.GetValueOrDefault(payment.Round))
                _signed[payment.Round] = payment.Amount;
        }
    }

    /// <summary>Whether the daemon has taken as much already.</summary>
    public bool WasTaken(SentPayment payment)
    {
        lock (_lock)
        {
            Look(payment.Channel);
            return payment.Amount <= _taken.GetValueOrDefault(payment.Round);
        }
    }

    private BigInteger UsedInAll() => Channels.Aggregate(BigInteger.Zero, (sum, channel) => sum + (sandbox.Daemon.Plans.Find(channel)?.Used ?? BigInteger.Zero));

    /// <summary>Reads what a token is asked for.</summary>
    public static async Task<TokenRequest> ReadTokenRequestAsync(HttpContent content, CancellationToken cancellationToken) =>
        TokenRequest.Parser.ParseFrom((await content.ReadAsByteArrayAsync(cancellationToken)).AsSpan(5));

    /// <summary>Reads which channel a question is about.</summary>
    public static async Task<BigInteger> ReadChannelAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var frame = await content.ReadAsByteArrayAsync(cancellationToken);
        return BigEndian.Read(ChannelStateRequest.Parser.ParseFrom(frame.AsSpan(5)).ChannelId.Span);
    }

    // P1: 0 <= earlier total <= later total <= value, for what the daemon takes and for what is signed. A round that is over on the chain is worth nothing.
    private void CheckValue(SentPayment payment)
    {
        var (nonce, value, _) = _chain.Channel(payment.Channel);
        if (payment.Nonce < nonce || BlockIsMissing)
            return;
        // Its client knows of the contract what it was told last; the daemon refuses, and it asks.
        var asked = _asked.GetValueOrDefault((payment.Client, payment.Channel));
        value += _shrunk.Where(claim => claim.Channel == payment.Channel && claim.Number > asked).Aggregate(BigInteger.Zero, (sum, claim) => sum + claim.By);
        var claimed = payment.Nonce == nonce + 1 ? ClaimedOnItsWay(payment.Channel, nonce) : BigInteger.Zero;
        if (payment.Amount.Sign < 0 || payment.Amount > value - claimed)
            Break("P1", $"{payment}, which holds {value}, of which {claimed} are being claimed");
    }

    // P2: at most one agreed price above what the daemon has taken. P9: at most one above what the account's own signatures prove.
    private void CheckStep(SentPayment payment)
    {
        if (payment is { For: null, IsPlan: false })
        {
            Break("P2", $"{payment}: nobody has asked for it");
            return;
        }

        var price = payment.For?.Agreed() ?? limits.Plan();
        if (payment.Amount > _takenAtMost.GetValueOrDefault(payment.Round) + price && !PlansHaveMet) // its total may have been higher for a moment
            Break("P2", $"{payment} at {price}, and the daemon has taken {_takenAtMost.GetValueOrDefault(payment.Round)}");
        if (payment.Amount > _signed.GetValueOrDefault(payment.Round) + price)
            Break("P9", $"{payment} at {price}, and {_signed.GetValueOrDefault(payment.Round)} was the most that was ever signed");
    }

    // P6: nothing that the spending policy forbids.
    private void CheckLimits(SentPayment payment)
    {
        var known = _takenAtMost.GetValueOrDefault(payment.Round);
        if (PlansHaveMet) // its total may have been higher for a moment, by what was signed
            known = BigInteger.Max(known, _signed.GetValueOrDefault(payment.Round));
        var price = payment.Amount - known;
        if (price > limits.PerCall)
            Break("P6", $"{payment}, which is {price} more than was taken, and the limit for one is {limits.PerCall}");
        if (payment.IsPlan && !_forgotten.IsZero)
            return; // a plan may be of any amount: from a total that the daemon has forgotten it brings back what was forgotten, which is no new spending
        if (price.Sign > 0 && Sum() + price > limits.Total())
            Break("P6", $"{payment}, which is {price} more than was taken, {Sum()} are taken in all, and the limit is {limits.Total()}");
    }

    // P3: after an unknown fate the daemon's total decides before anything is signed again.
    private void CheckFate(SentPayment payment)
    {
        var key = (payment.Client, payment.Channel);
        // A process that begins anew answers for what it signed before; a plan can still leave the one that is left as it was.
        var before = _last.GetValueOrDefault(key) ?? (_last.GetValueOrDefault((payment.Client - LifeStep, payment.Channel)) is { IsPlan: false } earlier ? earlier : null);
        if (before is { IsOpen: true } && _asked.GetValueOrDefault(key) < before.Number)
            Break("P3", $"{payment}, and the fate of {before.Amount} is open");
    }

    // P7: another total for the same request only when the daemon has refused the one before.
    private void CheckOnce(SentPayment payment)
    {
        foreach (var before in payment.For?.Sent ?? [])
        {
            if (!before.IsRefused && (before.Round, before.Amount) != (payment.Round, payment.Amount))
                Break("P7", $"{payment}, for which {before.Amount} of channel {before.Channel} in round {before.Nonce} was signed and not refused");
        }
    }

    private BigInteger Sum() => _forgotten + _taken.Values.Aggregate(BigInteger.Zero, (sum, total) => sum + total);

    // What the daemon has stored of a round only grows (P1).
    private void Look(BigInteger channel)
    {
        if (sandbox.Daemon.Channels.GetStored(channel) is not { } stored)
            return;
        var round = (channel, stored.Nonce);
        if (stored.Authorized < _taken.GetValueOrDefault(round) && !PlansHaveMet)
            Break("P1", $"the daemon took {stored.Authorized} of channel {channel} in round {stored.Nonce} after {_taken[round]}");
        _taken[round] = stored.Authorized;
        if (stored.Authorized > _takenAtMost.GetValueOrDefault(round))
            _takenAtMost[round] = stored.Authorized;
    }
}
