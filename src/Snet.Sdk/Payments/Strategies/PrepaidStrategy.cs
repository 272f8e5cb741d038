using System.Globalization;
using System.Numerics;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>Pays some calls ahead, so that any number of them can run side by side without the channel's lock (protocol h.1).</summary>
/// <remarks>
/// Before what is paid ahead runs out, more is paid, by one call for all. What the daemon cannot account for is borne up to once what is paid at a time;
/// beyond that nothing more is paid ahead.
/// </remarks>
internal sealed class PrepaidStrategy(
    PrepaidTokens tokens, ChannelPool pool, IPaymentStrategy escrow, PaidCaller caller, PaymentServices services) : IPaymentStrategy, IDisposable
{
    private readonly TimeProvider _time = services.Options.TimeProvider;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Lock _lock = new();
    private readonly List<PrepaidPlan> _plans = [];
    private Task? _refill;
    private TokenAmount _refillPrice; // of the call that it was begun for
    private BigInteger _lost; // on channels of which the daemon knows nothing any more
    private bool _isUnsure = true; // a plan may be there that we know nothing of: from before the start, or since an answer was lost
    private TokenAmount? _open; // the amount of a plan whose answer was lost
    private readonly List<IPaymentLease> _unheard = []; // of plans whose answers were lost, until the daemon has accounted for them
    private bool _hasFailed;

    /// <exception cref="SpendingLimitException">A limit forbids to pay ahead for even one call.</exception>
    /// <exception cref="InsufficientFundsException">Channel, escrow and wallet together hold too little for even one call.</exception>
    /// <exception cref="ChannelStateException">The daemon's account cannot be believed.</exception>
    public async ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var reservation = Receipts.ReserveDraw(order);
        try
        {
            var draw = reservation is null ? order : order with { Reservation = reservation };
            var lease = TryDraw(draw, daemon)
                ?? (order.Price.IsZero // nothing can be no plan
                    ? await escrow.AcquireAsync(order, daemon, cancellationToken).ConfigureAwait(false)
                    : await WaitAsync(draw, daemon, cancellationToken).ConfigureAwait(false));
            reservation = null; // the lease has it
            return lease;
        }
        finally
        {
            reservation?.Dispose();
        }
    }

    public void Dispose()
    {
        if (!_lifetime.IsCancellationRequested)
            _lifetime.Cancel();
        _lifetime.Dispose();
    }

    private async ValueTask<IPaymentLease> WaitAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task refill;
            TokenAmount price;
            lock (_lock)
                (refill, price) = (StartRefill(order, daemon), _refillPrice);
            try
            {
                await refill.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SnetException e) when (price > order.Price && e is SpendingLimitException or InsufficientFundsException)
            {
                continue; // it was for a dearer call
            }

            if (TryDraw(order, daemon) is { } lease)
                return lease;
        }
    }

    private Lease? TryDraw(PaymentOrder order, DaemonConnection daemon)
    {
        lock (_lock)
        {
            foreach (var plan in _plans)
            {
                if (!plan.TryDraw(order.Price))
                    continue;
                if (!_hasFailed && (IsLow(plan, order.Price) || plan.IsOld(_time)))
                    StartRefill(order, daemon);
                return new Lease(this, plan, order);
            }

            return null;
        }
    }

    // A quarter is left to call on while more is being paid.
    private bool IsLow(PrepaidPlan plan, TokenAmount price)
    {
        var quarter = price.Cogs * (services.Options.Funding.CallsAhead / 4);
        return plan.Left < quarter && _plans.Aggregate(BigInteger.Zero, (sum, good) => good.IsGood ? sum + good.Left : sum) < quarter;
    }

    // One for all; the end of one call must not end it for the others.
    private Task StartRefill(PaymentOrder order, DaemonConnection daemon)
    {
        if (_refill is { IsCompleted: false } running)
            return running;
        (_refill, _refillPrice) = (RefillAsync(order, daemon, _lifetime.Token), order.Price);
        _ = _refill.ContinueWith(done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default); // it may be nobody who waits
        return _refill;
    }

    private async Task RefillAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        await Task.Yield(); // so that the lock is free before anything is asked
        try
        {
            if (!await TryRefillAsync(order, daemon, isLast: false, cancellationToken).ConfigureAwait(false))
                await TryRefillAsync(order, daemon, isLast: true, cancellationToken).ConfigureAwait(false);
            _hasFailed = false;
        }
        catch (Exception e)
        {
            _hasFailed = true; // tried again when nothing is left, and not at each call before
            services.Logger.PrepaidFailed(order.OrgId, order.ServiceId, e.Message);
            throw;
        }
    }

    // False when an answer was lost. What became of the plan has been asked, or is asked first of all the next time.
    private async Task<bool> TryRefillAsync(PaymentOrder order, DaemonConnection daemon, bool isLast, CancellationToken cancellationToken)
    {
        var renewed = await ResumeAsync(order, daemon, cancellationToken).ConfigureAwait(false);
        renewed |= await RenewAsync(daemon, cancellationToken).ConfigureAwait(false);
        if (renewed && Holds(order.Price))
            return true;
        try
        {
            await PlanAsync(order, daemon, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ServiceCallException e) when (!isLast && e.InnerException is GrpcException lost && DaemonErrors.IsFateUnknown(lost))
        {
            return false;
        }
    }

    private bool Holds(TokenAmount price)
    {
        lock (_lock)
            return _plans.Exists(plan => plan.IsGood && plan.Left >= price.Cogs);
    }

    // What an earlier process, or an answer that was lost, has paid ahead is used up first.
    private async Task<bool> ResumeAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        if (!_isUnsure)
            return false;
        foreach (var channel in (await pool.ListAsync(cancellationToken).ConfigureAwait(false)).OrderByDescending(channel => channel.Id))
        {
            if (!Holds(order.Price))
                await AskAsync(channel.Id, daemon, cancellationToken).ConfigureAwait(false);
        }

        _isUnsure = false;
        return true;
    }

    private async Task<bool> RenewAsync(DaemonConnection daemon, CancellationToken cancellationToken)
    {
        PrepaidPlan[] due;
        lock (_lock)
            due = [.. _plans.Where(plan => !plan.IsGood || plan.IsOld(_time))];
        foreach (var plan in due)
            await AskAsync(plan.ChannelId, daemon, cancellationToken).ConfigureAwait(false);
        return due.Length > 0;
    }

    // Where a channel is near its end, what is left of the plan waits for the channel to be extended, as it is before more is paid ahead. The daemon's word for
    // that is not enough: it could say so again and again, and have more paid ahead each time.
    private async Task AskAsync(BigInteger channelId, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var (reply, state, endsAt) = await tokens.RenewAsync(channelId, daemon, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            if (reply is not null)
            {
                var heard = reply.Token.Length == 0 ? TokenAmount.Zero : Heard(channelId, state.Nonce, state.SignedAmount);
                PlanOf(channelId).Take(reply, state.Nonce, state.SignedAmount, heard, _time);
                services.Logger.TokenRenewed(channelId);
            }
            else if (!(endsAt is { } end && pool.IsNearEnd(end)))
            {
                _lost += Heard(channelId, state.Nonce, state.SignedAmount).Cogs;
                if (_plans.Find(plan => plan.ChannelId == channelId) is not { } forgotten)
                    return;
                _lost += BigInteger.Max(forgotten.Left, BigInteger.Zero) + forgotten.Missing;
                _plans.Remove(forgotten);
            }
        }
    }

    // What the daemon has taken for plans whose answers were lost: it has to account for that as well.
    private TokenAmount Heard(BigInteger channelId, BigInteger nonce, TokenAmount total)
    {
        var heard = _unheard.FindAll(plan => plan.Receipt.ChannelId == channelId
            && !(plan.Receipt.Outcome == PaymentOutcome.Unknown && plan.Receipt.Nonce == nonce && plan.Receipt.AmountAfter > total));
        _unheard.RemoveAll(heard.Contains);
        return heard.Select(plan => plan.Receipt)
            .Where(plan => plan.Outcome == PaymentOutcome.Paid || (plan.Outcome == PaymentOutcome.Unknown && plan.Nonce == nonce))
            .DistinctBy(plan => (plan.Nonce, plan.AmountBefore)) // of those above one total one was taken
            .Aggregate(TokenAmount.Zero, (sum, plan) => sum + plan.Price);
    }

    private PrepaidPlan PlanOf(BigInteger channelId)
    {
        if (_plans.Find(plan => plan.ChannelId == channelId) is not { } known)
            _plans.Add(known = new PrepaidPlan(channelId));
        return known;
    }

    // As many calls as the options say, or as the limits and the account let through, down to one.
    private async Task PlanAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var calls = services.Options.Funding.CallsAhead;
        CheckMissing(order.Price * calls);
        while (true)
        {
            var amount = order.Price * calls;
            var excess = BigInteger.Max(BigInteger.Zero, amount.Cogs - ulong.MaxValue);
            try
            {
                if (excess.IsZero)
                {
                    await PlanAsync(order, calls, daemon, total => excess = total - ulong.MaxValue, cancellationToken).ConfigureAwait(false);
                    return;
                }
            }
            catch (SpendingLimitException e)
            {
                excess = e.Spent.Cogs + amount.Cogs - e.Allowed.Cogs;
                if (Fewer(order, calls, excess) < 1)
                    throw;
            }
            catch (InsufficientFundsException e)
            {
                excess = e.Needed.Cogs - e.Available.Cogs; // nothing when gas is short
                if (excess.IsZero || Fewer(order, calls, excess) < 1)
                    throw;
            }
            catch (ServiceCallException) when (excess.Sign > 0)
            {
                // Told by the check of the total below; nothing was sent.
            }

            calls = Fewer(order, calls, excess);
            if (calls < 1)
                throw new PaymentRejectedException("a prepaid plan can name a total of 2^64 cogs (18.4 tokens) at most, and the channel is beyond that", GrpcStatus.OutOfRange, $"Use {nameof(PaymentMode)}.{nameof(PaymentMode.Escrow)} until the provider has claimed.");
        }
    }

    private static int Fewer(PaymentOrder order, int calls, BigInteger excess) =>
        order.Price.IsZero ? 0 : (int)BigInteger.Min(calls - 1, ((order.Price.Cogs * calls) - excess) / order.Price.Cogs);

    private async Task PlanAsync(PaymentOrder order, int calls, DaemonConnection daemon, Action<BigInteger> tooHigh, CancellationToken cancellationToken)
    {
        // While the daemon may be at work on a plan, the same total goes again: it looks at the total before it locks the channel, and would take two different ones.
        var amount = _open ?? order.Price * calls;
        var plan = new PaymentOrder(order.OrgId, order.ServiceId, PrepaidTokens.Path, amount) { PlannedCalls = calls, TimeLimit = services.Options.AttemptTimeout };
        var payment = new LastLease(escrow);
        TokenReply reply;
        PaymentReceipt receipt;
        try
        {
            (reply, receipt) = await caller.RepeatAsync(payment, plan, daemon, SendAsync, RequoteAsync, cancellationToken).ConfigureAwait(false);
            _open = null;
        }
        catch (SnetException e) when (e.MoneyMoved == MoneyMoved.No)
        {
            _open = null;
            throw;
        }
        catch
        {
            (_isUnsure, _open) = (true, amount);
            lock (_lock)
                _unheard.AddRange(payment.Lease is { Receipt.Outcome: not PaymentOutcome.NotCharged } lost ? [lost] : []);
            throw;
        }

        lock (_lock)
        {
            var added = receipt.Price + Heard(receipt.ChannelId, receipt.Nonce, receipt.AmountBefore);
            if (reply.Token.Length > 0)
                PlanOf(receipt.ChannelId).Take(reply, receipt.Nonce, receipt.AmountAfter, added, _time);
            else
                PlanOf(receipt.ChannelId).Miss(added);
        }

        if (reply.Token.Length == 0)
            throw new ServiceCallException(GrpcStatus.Ok, "the daemon gave no token for what was paid ahead", CallOrigin.Daemon, $"{receipt.Price} was charged. Tell the provider.") { MoneyMoved = MoneyMoved.Yes };
        services.Logger.PaidAhead(receipt.Price, calls, receipt.ChannelId);

        async Task<TokenReply> SendAsync(GrpcMetadata headers, CancellationToken ct)
        {
            var total = BigInteger.Parse(headers.GetString(PaymentHeaders.ChannelAmount)!, NumberStyles.None, CultureInfo.InvariantCulture);
            if (total <= ulong.MaxValue)
                return await tokens.PlanAsync(headers, daemon, ct).ConfigureAwait(false);
            tooHigh(total);
            throw new GrpcException(GrpcStatus.OutOfRange, "the total is too high for a plan");
        }

        static Task<TokenAmount> RequoteAsync(TokenAmount? wanted, CancellationToken ct) => throw new InvalidOperationException("A plan is of any amount.");
    }

    // What the daemon took beyond our own calls bounds what a stolen token, or a price above the published one, can cost.
    private void CheckMissing(TokenAmount bearable)
    {
        lock (_lock)
        {
            var missing = _lost + _plans.Aggregate(BigInteger.Zero, (sum, plan) => sum + plan.Missing);
            if (missing > bearable.Cogs)
                throw new ChannelStateException(
                    _plans.Count > 0 ? _plans[^1].ChannelId : PaymentReceipt.NoChannel,
                    $"of what was paid ahead {TokenAmount.FromCogs(missing)} are gone that this client has not used: another process pays from the channel, somebody else has the token, "
                    + $"or the daemon takes more than the published price. Use {nameof(PaymentMode)}.{nameof(PaymentMode.Escrow)}, or a {nameof(SnetClientOptions.PaymentSigner)} for each process");
        }
    }

    /// <summary>A call that draws on a plan. Its price was signed for with the plan, so nothing is in doubt; once it may have started, it is used.</summary>
    private sealed class Lease(PrepaidStrategy strategy, PrepaidPlan plan, PaymentOrder order) : IPaymentLease
    {
        private readonly DateTimeOffset _time = strategy._time.GetUtcNow();
        private readonly (BigInteger Nonce, TokenAmount Total) _signed = plan.Signed;
        private PaymentReceipt? _receipt;

        public GrpcMetadata Headers { get; } = plan.Headers;

        public PaymentReceipt Receipt => _receipt ??= NewReceipt(PaymentOutcome.Unknown, order.Price);

        public PaymentReceipt Confirm() => _receipt = strategy.Receipts.AddEnded(NewReceipt(PaymentOutcome.Paid, order.Price), order);

        public PaymentRefusal Refuse(GrpcException failure, int waited)
        {
            var refusal = DaemonErrors.ReadPrepaidRefusal(failure);
            if (refusal == PaymentRefusal.None && !DaemonErrors.IsBusy(failure) && !DaemonConnection.IsNotSent(failure))
            {
                Confirm();
                return refusal;
            }

            Withdraw();
            lock (strategy._lock)
            {
                if (refusal == PaymentRefusal.OutOfStep)
                    plan.Reject(Headers);
                else if (refusal == PaymentRefusal.NotEnough)
                    plan.Exhaust(Headers);
            }

            return refusal == PaymentRefusal.NotEnough ? PaymentRefusal.OutOfStep : refusal;
        }

        public void Withdraw()
        {
            _receipt = NewReceipt(PaymentOutcome.NotCharged, TokenAmount.Zero);
            order.Reservation?.Dispose();
            lock (strategy._lock)
                plan.GiveBack(order.Price);
        }

        public void Doubt() => Confirm();

        public Task<MoneyMoved> AskFateAsync(bool mayStillBeTaken, CancellationToken cancellationToken) => Task.FromResult(MoneyMoved.Yes);

        private PaymentReceipt NewReceipt(PaymentOutcome outcome, TokenAmount drawn) => new(
            _time, order.OrgId, order.ServiceId, order.Method, order.ModelId, plan.ChannelId, _signed.Nonce, _signed.Total, _signed.Total, outcome)
        {
            Mode = PaymentMode.Prepaid, Drawn = drawn, Note = order.Note,
        };
    }

    /// <summary>Remembers what was paid with last.</summary>
    private sealed class LastLease(IPaymentStrategy inner) : IPaymentStrategy
    {
        public IPaymentLease? Lease { get; private set; }

        public async ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken) =>
            Lease = await inner.AcquireAsync(order, daemon, cancellationToken).ConfigureAwait(false);
    }

    private ReceiptLog Receipts => services.Receipts;
}
