using System.Numerics;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Payments.Channels;

/// <summary>One channel in use: what the contract has, and what the daemon has, kept in step.</summary>
/// <remarks>A call that pays holds the channel (<see cref="ChannelQueue"/>); funds can be added to it meanwhile.</remarks>
internal sealed class ChannelSession(PaymentChannel channel, BigInteger openedAt)
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StuckRest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private PaymentChannel _channel = channel;
    private ChannelState? _state;
    private ChannelState? _confirmed;
    private IReadOnlyList<ReceiptEntry> _untaken = [];
    private int _version; // goes up with every change, so that what was asked before it does not undo it
    private int _refusals;
    private DateTimeOffset? _refusedSince;
    private DateTimeOffset? _doubtedSince;
    private DateTimeOffset? _fundedAt;
    private DateTimeOffset _restsUntil;
    private DateTimeOffset _fundsFrom;

    public BigInteger Id { get; } = channel.Id;

    /// <summary>The block in which it was opened, or one before.</summary>
    public BigInteger OpenedAt => openedAt;

    /// <summary>The channel as the contract had it when it was read or changed last.</summary>
    public PaymentChannel Channel
    {
        get
        {
            lock (_lock)
                return _channel;
        }
    }

    /// <summary>What the daemon has; null until it was asked, and after anything that may have changed it.</summary>
    public ChannelState? State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Whether the node's next word on the channel counts, be it less than what was seen before: the daemon refused a payment.</summary>
    public bool IsDoubted { get; private set; }

    /// <summary>What can be spent as far as is known.</summary>
    public TokenAmount Spendable
    {
        get
        {
            lock (_lock)
                return _state?.Spendable ?? _channel.Value;
        }
    }

    /// <summary>Whether a claim is on its way: until it is on the chain, the daemon sees no funds that are added (protocol g.1).</summary>
    public bool HasClaimOnItsWay
    {
        get
        {
            lock (_lock)
                return _state is { } state && state.Nonce != _channel.Nonce;
        }
    }

    /// <summary>How often it was funded by this client.</summary>
    public int Fundings { get; private set; }

    /// <summary>How much was added the last time.</summary>
    public TokenAmount LastFunding { get; private set; }

    /// <summary>When the first payment of this client was taken; null when none was.</summary>
    public DateTimeOffset? UsedSince { get; private set; }

    /// <summary>Who holds it; null when nobody does. The queue alone sets it.</summary>
    public PaymentOrder? Holder { get; set; }

    /// <summary>How long nobody should try to pay from it yet, because the daemon would refuse; zero when it does not rest.</summary>
    public TimeSpan RestLeft(DateTimeOffset now)
    {
        lock (_lock)
            return _restsUntil > now && _restsUntil - now <= StuckRest ? _restsUntil - now : TimeSpan.Zero; // no rest is longer, unless the clock was put back
    }

    /// <summary>Whether the daemon has kept it locked for longer than a call takes.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Which changes have been seen; for <see cref="TryLearn"/>.</summary>
    public int Version
    {
        get
        {
            lock (_lock)
                return _version;
        }
    }

    /// <summary>Payments that were not taken when the daemon was asked last, while it may still be at work on them.</summary>
    public IReadOnlyList<ReceiptEntry> Untaken
    {
        get
        {
            lock (_lock)
                return _untaken;
        }
    }

    /// <summary>The last state in which a payment was answered; null when none was.</summary>
    public ChannelState? Confirmed
    {
        get
        {
            lock (_lock)
                return _confirmed;
        }
    }

    /// <summary>Takes notice of what contract and daemon say, unless something else has happened to the channel since they were asked.</summary>
    /// <param name="version">The version when they were asked.</param>
    /// <param name="channel">What the contract says.</param>
    /// <param name="state">What the daemon says.</param>
    /// <param name="untaken">Payments that look untaken.</param>
    public bool TryLearn(int version, PaymentChannel channel, ChannelState state, IReadOnlyList<ReceiptEntry> untaken)
    {
        lock (_lock)
        {
            if (version != _version)
                return false;
            (_channel, _state, _untaken, IsDoubted) = (channel, state, untaken, false);
            _version++;
            return true;
        }
    }

    /// <summary>Takes notice of what the contract says alone.</summary>
    public void Learn(PaymentChannel channel)
    {
        lock (_lock)
        {
            _state = _state is { } state && channel.Nonce == _channel.Nonce && state.Nonce == channel.Nonce ? state with { Value = channel.Value } : null;
            _channel = channel;
            _version++;
        }
    }

    /// <summary>Takes notice of what a transaction of this client changed.</summary>
    /// <param name="before">The channel before the transaction.</param>
    /// <param name="after">The channel after it.</param>
    /// <param name="now">The time.</param>
    public void Funded(PaymentChannel before, PaymentChannel after, DateTimeOffset now)
    {
        lock (_lock)
        {
            Fundings++;
            (_fundedAt, _fundsFrom) = (now, now);
            _version++;
            if (before.Nonce != _channel.Nonce)
            {
                _state = null; // claimed meanwhile: both are asked again
                return;
            }

            var added = LastFunding = after.Value - before.Value;
            _channel = _channel with { Value = _channel.Value + added, Expiration = BigInteger.Max(_channel.Expiration, after.Expiration) };
            if (_state is { } state && state.Nonce == _channel.Nonce)
                _state = state with { Value = _channel.Value };
        }
    }

    /// <summary>Says whether it may be funded ahead of need now: nothing of the kind is under way, or has failed a short while ago.</summary>
    /// <param name="now">The time.</param>
    /// <param name="pause">How long to leave it alone from now on, unless it succeeds.</param>
    public bool TryBeginFunding(DateTimeOffset now, TimeSpan pause)
    {
        lock (_lock)
        {
            if (now < _fundsFrom)
                return false;
            _fundsFrom = now + pause;
            return true;
        }
    }

    /// <summary>A payment was taken.</summary>
    public void Confirm(ChannelState after, DateTimeOffset now)
    {
        lock (_lock)
        {
            UsedSince ??= now;
            if (_state is { } state && state.Nonce == after.Nonce)
                _state = state with { SignedAmount = after.SignedAmount };
            _confirmed = after;
            _untaken = _untaken.Count == 0 ? _untaken : [.. _untaken.Where(entry => entry.Receipt.AmountBefore >= after.SignedAmount)]; // a later total proves the others' fate
            _version++;
            (_refusals, _refusedSince, _doubtedSince, IsStuck) = (0, null, null, false);
            _restsUntil = default;
        }
    }

    /// <summary>Nobody can tell whether a payment was taken; the daemon may still be at work on the call.</summary>
    public void Doubt(DateTimeOffset now)
    {
        lock (_lock)
            (_state, _doubtedSince, _version) = (null, now, _version + 1);
    }

    /// <summary>Makes the next payment ask contract and daemon.</summary>
    public void Forget()
    {
        lock (_lock)
            (_state, IsDoubted, _version) = (null, true, _version + 1);
    }

    /// <summary>The daemon refused a payment and will take it later: another call is under way, or its node has not heard of new funds yet.</summary>
    /// <param name="now">The time.</param>
    /// <param name="patience">How long that may take.</param>
    /// <param name="callTime">The longest that a call takes, within which one that was given up frees the channel.</param>
    /// <returns>Whether waiting makes sense; false when the channel is stuck.</returns>
    public bool Rest(DateTimeOffset now, TimeSpan patience, TimeSpan callTime)
    {
        lock (_lock)
        {
            if (!IsStuck && (now - _restsUntil > patience + callTime || now < _refusedSince))
                (_refusedSince, _refusals) = (null, 0); // the last refusal was of another time, and of a call that was given up; or the clock was put back
            if (now < _doubtedSince)
                _doubtedSince = now;
            _refusedSince ??= now;
            var end = _refusedSince.Value + patience;
            if (_doubtedSince is { } doubted && doubted + callTime > end)
                end = doubted + callTime;
            IsStuck = now >= end;
            if (_doubtedSince is not null)
                (_state, _version) = (null, _version + 1); // what was given up may have been taken meanwhile
            var rest = FirstRest * Math.Pow(2, Math.Min(_refusals++, 10));
            _restsUntil = now + (IsStuck ? StuckRest : rest < LongestRest ? rest : LongestRest);
            return !IsStuck;
        }
    }

    /// <summary>Whether the daemon's node may not have heard of this client's last transaction yet.</summary>
    public bool IsFreshlyFunded(DateTimeOffset now)
    {
        lock (_lock)
            return now - _fundedAt < TimeSpan.FromMinutes(1);
    }
}
