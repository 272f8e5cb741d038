using System.Numerics;
using Snet.Sdk.Diagnostics;

namespace Snet.Sdk.Payments.Channels;

/// <summary>Hands channels to the calls that wait for one, in the order in which they came: a daemon works on one paid call of a channel at a time (protocol e.3 #5).</summary>
internal sealed class ChannelQueue : IDisposable
{
    private static readonly TimeSpan OpeningPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly SnetClientOptions _options;
    private readonly Func<ChannelSession, TokenAmount, bool> _canPay;
    private readonly Action<PaymentOrder, CancellationToken> _open;
    private readonly ITimer _wake;
    private ChannelSession[] _sessions = [];
    private CancellationTokenSource? _opening; // null while no channel is being opened
    private DateTimeOffset _opensFrom;
    private long _lastNumber;
    private bool _isDisposed;

    /// <summary>Makes a queue without channels.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="canPay">Whether a channel can pay an amount as it is.</param>
    /// <param name="open">Begins to open a channel for an order and says when it is done: <see cref="EndOpening(PaymentOrder, ChannelSession?)"/>. The token ends when nobody waits any more.</param>
    public ChannelQueue(SnetClientOptions options, Func<ChannelSession, TokenAmount, bool> canPay, Action<PaymentOrder, CancellationToken> open)
    {
        (_options, _canPay, _open) = (options, canPay, open);
        _wake = options.TimeProvider.CreateTimer(_ => Dispatch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The channels, oldest first.</summary>
    public IReadOnlyList<ChannelSession> Sessions => Volatile.Read(ref _sessions);

    private DateTimeOffset Now => _options.TimeProvider.GetUtcNow();

    /// <summary>Waits for a channel. Whoever gets it gives it back: <see cref="Return"/>.</summary>
    /// <exception cref="PaymentQueueException">Too many wait already, or the wait took too long.</exception>
    /// <exception cref="SnetException">No channel will do: what is wrong with the last, or why none can be opened.</exception>
    public ValueTask<ChannelSession> EnterAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var isNew = order.Ticket.Number == 0;
            if (isNew)
                order.Ticket.Number = ++_lastNumber;
            if (_waiting.Count == 0 && Choose(order, Now) is { } session)
            {
                session.Holder = order;
                Telemetry.Queued(order, TimeSpan.Zero);
                return ValueTask.FromResult(session);
            }

            waiter = Add(order);
            DispatchLocked();
            if (isNew && !waiter.Source.Task.IsCompleted && _waiting.Count > _options.MaxQueuedCalls)
            {
                Remove(waiter);
                throw PaymentQueueException.ForChannel(_waiting.Count + 1, TimeSpan.Zero, nameof(SnetClientOptions.MaxQueuedCalls));
            }
        }

        return new ValueTask<ChannelSession>(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Gives a channel back.</summary>
    public void Return(ChannelSession session)
    {
        lock (_lock)
        {
            session.Holder = null;
            DispatchLocked();
        }
    }

    /// <summary>Whether an order can be paid from another channel than one that does not serve, be it one that is still to be opened.</summary>
    public bool HasAlternative(ChannelSession session, PaymentOrder order)
    {
        lock (_lock)
            return _sessions.Length < _options.Funding.MaxChannels || Others(order).Any(other => other != session && !other.IsStuck);
    }

    /// <summary>Adds channels that were found.</summary>
    public void Add(IEnumerable<ChannelSession> sessions)
    {
        lock (_lock)
        {
            AddLocked(sessions);
            DispatchLocked();
        }
    }

    /// <summary>The channel that was being opened is there, or is not needed any more.</summary>
    /// <param name="order">For which order.</param>
    /// <param name="opened">The channel; null when another was found to do.</param>
    public void EndOpening(PaymentOrder order, ChannelSession? opened)
    {
        lock (_lock)
        {
            order.Ticket.HasOpened = true;
            if (opened is null)
                order.Ticket.LookAgain();
            EndOpeningLocked();
            AddLocked(opened is null ? [] : [opened]);
            DispatchLocked();
        }
    }

    /// <summary>The channel that was being opened could not be.</summary>
    public void EndOpening(PaymentOrder order, Exception failure)
    {
        lock (_lock)
        {
            EndOpeningLocked();
            var waiter = _waiting.FirstOrDefault(waiter => waiter.Order.Ticket == order.Ticket);
            if (waiter is not null && !Others(waiter.Order).Any())
            {
                Fail(waiter, failure);
            }
            else if (_sessions.Length > 0 && failure is not OperationCanceledException)
            {
                _opensFrom = Now + OpeningPause; // those who wait are served by the channels that are there
            }

            DispatchLocked();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            foreach (var waiter in _waiting.ToList())
                Fail(waiter, new ObjectDisposedException(nameof(SnetClient)));
        }

        _closing.Cancel();
        _closing.Dispose();
        _wake.Dispose();
    }

    private async Task<ChannelSession> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        var session = default(ChannelSession);
        try
        {
            while (session is null)
            {
                try
                {
                    session = await waiter.Source.Task.WaitAsync(_options.QueueTimeout, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    session = await GiveUpAsync(waiter).ConfigureAwait(false);
                }
            }

            return session;
        }
        catch (OperationCanceledException)
        {
            Leave(waiter);
            throw;
        }
        finally
        {
            Telemetry.Queued(waiter.Order, Now - waiter.Since);
        }
    }

    // A channel may have come in the last moment; and one that is being opened has a time limit of its own.
    private Task<ChannelSession?> GiveUpAsync(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Source.Task.IsCompleted)
                return waiter.Source.Task!;
            if (_opening is not null && _sessions.Length == 0)
                return Task.FromResult<ChannelSession?>(null);
            var waiting = _waiting.Count;
            Remove(waiter);
            throw PaymentQueueException.ForChannel(waiting, Now - waiter.Since, nameof(SnetClientOptions.QueueTimeout));
        }
    }

    private void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            if (!waiter.Source.Task.IsCompleted)
                Remove(waiter);
            else if (waiter.Source.Task.IsCompletedSuccessfully)
                waiter.Source.Task.Result.Holder = null;
            if (_waiting.Count == 0)
                _ = _opening?.CancelAsync();
            DispatchLocked();
        }
    }

    private void Dispatch()
    {
        lock (_lock)
            DispatchLocked();
    }

    private void DispatchLocked()
    {
        if (_isDisposed)
            return;
        var now = Now; // one look at the clock: what comes to its end between two would be seen by neither the choice nor the timer
        for (var (node, next) = (_waiting.First, default(LinkedListNode<Waiter>)); node is not null; node = next)
        {
            next = node.Next;
            var waiter = node.Value;
            if (Choose(waiter.Order, now) is { } session)
            {
                session.Holder = waiter.Order;
                Remove(waiter);
                waiter.Source.TrySetResult(session);
            }
            else if (CanOpen(waiter.Order, now))
            {
                _opening = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
                var (order, token) = (waiter.Order, _opening.Token);
                _ = Task.Run(() => _open(order, token), CancellationToken.None);
            }
            else if (_opening is null && !Others(waiter.Order).Any())
            {
                Fail(waiter, waiter.Order.Ticket.Problem!);
            }
        }

        SetWake(now);
    }

    // The one that can pay as it is before the one that must be filled, and that before one with a claim on its way; then the one with most to spend.
    private ChannelSession? Choose(PaymentOrder order, DateTimeOffset now)
    {
        var (held, best) = (0, default(ChannelSession));
        foreach (var session in _sessions)
        {
            if (session.Holder is not null)
                held++;
            else if (session.RestLeft(now) == TimeSpan.Zero && !order.Ticket.HasPassedOver(session) && (best is null || IsBetter(session, best, order)))
                best = session;
        }

        if (held >= _options.Funding.MaxChannels)
            return null;
        if (best is not null && LeavesNone(order, best) && (_opening is not null || CanOpen(order, now)))
            return null;
        return best ?? LastResort(order, now);
    }

    // It will fail at once, and say why.
    private ChannelSession? LastResort(PaymentOrder order, DateTimeOffset now) => _sessions.FirstOrDefault(session =>
        session is { IsStuck: true, Holder: null } && !CanOpen(order, now) && _opening is null && Others(order).All(other => other.IsStuck) && !order.Ticket.HasPassedOver(session));

    private bool IsBetter(ChannelSession session, ChannelSession than, PaymentOrder order) =>
        Value(session, order).CompareTo(Value(than, order)) > 0;

    private (int Rank, BigInteger Spendable, BigInteger Id) Value(ChannelSession session, PaymentOrder order) =>
        (Rank(session, order.Price), session.Spendable.Cogs * (order.IsUpload ? -1 : 1), session.Id);

    // An upload can take long; when there may be more channels, it leaves one for calls.
    private bool LeavesNone(PaymentOrder order, ChannelSession session) =>
        order is { IsUpload: true, Ticket.HasOpened: false } && !_sessions.Any(other => other != session && other.Holder is not { IsUpload: true });

    private int Rank(ChannelSession session, TokenAmount price) => _canPay(session, price) ? 2 : session.HasClaimOnItsWay ? 0 : 1;

    private IEnumerable<ChannelSession> Others(PaymentOrder order) => _sessions.Where(session => !order.Ticket.HasPassedOver(session));

    // A channel whose claim on its way leaves too little is replaced; any other counts. One that rests will soon do again, unless it is stuck.
    private bool CanOpen(PaymentOrder order, DateTimeOffset now) =>
        _opening is null && now >= _opensFrom && order.Ticket.MayOpen
        && _sessions.Count(session => !(session.HasClaimOnItsWay && session.Spendable < order.Price)) < _options.Funding.MaxChannels
        && !Others(order).Any(session => session is { Holder: null, IsStuck: false } && session.RestLeft(now) > TimeSpan.Zero);

    private void AddLocked(IEnumerable<ChannelSession> sessions) =>
        Volatile.Write(ref _sessions, [.. _sessions.Concat(sessions).DistinctBy(session => session.Id).OrderBy(session => session.Id)]);

    private void EndOpeningLocked()
    {
        _opening?.Dispose();
        _opening = null;
        _opensFrom = default;
    }

    // A repeated call has its old number, and so its old place.
    private Waiter Add(PaymentOrder order)
    {
        var waiter = new Waiter(order, Now);
        var before = _waiting.Last;
        while (before is not null && before.Value.Order.Ticket.Number > order.Ticket.Number)
            before = before.Previous;
        waiter.Node = before is null ? _waiting.AddFirst(waiter) : _waiting.AddAfter(before, waiter);
        Telemetry.Queue(order, 1);
        return waiter;
    }

    private void Fail(Waiter waiter, Exception failure)
    {
        Remove(waiter);
        waiter.Source.TrySetException(failure);
        _ = waiter.Source.Task.Exception; // seen, even if its caller gives up in this moment
    }

    private void Remove(Waiter waiter)
    {
        _waiting.Remove(waiter.Node!);
        Telemetry.Queue(waiter.Order, -1);
    }

    private void SetWake(DateTimeOffset now)
    {
        if (_waiting.Count == 0)
            return;
        var rests = _sessions.Where(session => session.Holder is null).Select(session => session.RestLeft(now)).Where(left => left > TimeSpan.Zero);
        var next = rests.DefaultIfEmpty(TimeSpan.MaxValue).Min();
        if (_opensFrom > now && _opensFrom - now < next)
            next = _opensFrom - now;
        if (next < TimeSpan.MaxValue)
            _wake.Change(next, Timeout.InfiniteTimeSpan);
    }

    private sealed class Waiter(PaymentOrder order, DateTimeOffset since)
    {
        public PaymentOrder Order => order;

        public DateTimeOffset Since => since;

        public TaskCompletionSource<ChannelSession> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Waiter>? Node { get; set; }
    }
}
