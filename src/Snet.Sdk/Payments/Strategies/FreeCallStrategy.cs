using Microsoft.Extensions.Logging;
using Snet.Grpc;
using Snet.Sdk.Diagnostics;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>Makes the calls that a service gives each user for nothing: one at a time, in order (protocol h.2).</summary>
/// <remarks>
/// When there is none to be had, that is remembered: for an hour, since an allowance, a wallet or a daemon seldom changes sooner; for a minute where the
/// network, a node or another process's free call was in the way.
/// </remarks>
internal sealed class FreeCallStrategy(FreeCallPass pass, ReceiptLog receipts, SnetClientOptions options, ILogger logger) : IPaymentStrategy, IDisposable
{
    private const int LockAttempts = 3;
    private const int Refusals = 3; // in a row: a new token or signature would not help either
    private static readonly TimeSpan LongAside = TimeSpan.FromHours(1), ShortAside = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private volatile Aside? _aside;
    private int _waiting;
    private int _refused;

    /// <summary>Why no free call is tried now; null when one is.</summary>
    public NoFreeCallException? Obstacle => _aside is { } aside && _time.GetElapsedTime(aside.Since) is var past && past < aside.Length
        ? new NoFreeCallException(aside.Reason, aside.IsTransient) { RetryAfter = aside.Length - past }
        : null;

    /// <exception cref="NoFreeCallException">There is none.</exception>
    /// <exception cref="PaymentQueueException">Too many calls wait, or this one waits too long.</exception>
    public async ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        await EnterAsync(order, cancellationToken).ConfigureAwait(false);
        try
        {
            if (Obstacle is { } obstacle)
                throw obstacle;
            var headers = await pass.GetHeadersAsync(daemon, cancellationToken).ConfigureAwait(false);
            return new Lease(this, order, headers);
        }
        catch (Exception e)
        {
            if (e is NoFreeCallException { RetryAfter: null } obstacle)
                StepAside(order, obstacle.Reason, obstacle.IsTransient);
            _turn.Release();
            throw;
        }
    }

    public void Dispose()
    {
        if (_closing.IsCancellationRequested)
            return;
        _closing.Cancel(); // those who wait are told; whoever has the turn still gives it back
        _closing.Dispose();
    }

    private async ValueTask EnterAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(SnetClient));
        var started = _time.GetTimestamp();
        if (!_turn.Wait(TimeSpan.Zero, cancellationToken))
            await WaitAsync(order, started, cancellationToken).ConfigureAwait(false);
        Telemetry.Queued(order, _time.GetElapsedTime(started));
    }

    private async Task WaitAsync(PaymentOrder order, long started, CancellationToken cancellationToken)
    {
        var waiting = Interlocked.Increment(ref _waiting);
        Telemetry.Queue(order, 1);
        try
        {
            if (waiting > options.MaxQueuedCalls)
                throw PaymentQueueException.ForFreeCall(waiting, TimeSpan.Zero, nameof(SnetClientOptions.MaxQueuedCalls));
            using var limit = new CancellationTokenSource(options.QueueTimeout, _time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token, _closing.Token);
            await _turn.WaitAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(SnetClient));
            throw PaymentQueueException.ForFreeCall(waiting, _time.GetElapsedTime(started), nameof(SnetClientOptions.QueueTimeout));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            Telemetry.Queue(order, -1);
        }
    }

    private void StepAside(PaymentOrder order, string reason, bool isTransient)
    {
        var length = isTransient ? ShortAside : LongAside;
        _aside = new Aside(reason, isTransient, _time.GetTimestamp(), length);
        pass.Recount();
        _refused = 0;
        logger.NoFreeCalls(order.OrgId, order.ServiceId, length, reason);
    }

    private PaymentRefusal React(PaymentOrder order, GrpcException failure, int waited)
    {
        var refusal = DaemonErrors.ReadFreeCallRefusal(failure);
        if (refusal == PaymentRefusal.None || (refusal == PaymentRefusal.Locked && waited < LockAttempts))
            return refusal;
        if (refusal != PaymentRefusal.OutOfStep || !pass.Drop(failure) || ++_refused >= Refusals)
            StepAside(order, failure.Detail, isTransient: refusal == PaymentRefusal.Locked);
        return PaymentRefusal.OutOfStep;
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private void Count() => pass.Count();

    private PaymentReceipt Keep(PaymentReceipt receipt, PaymentOrder order, PaymentOutcome outcome) => receipts.AddEnded(receipt with { Outcome = outcome }, order);

    private sealed record Aside(string Reason, bool IsTransient, long Since, TimeSpan Length);

    /// <summary>A free call. However it ends, it costs nothing, so nothing is ever in doubt.</summary>
    private sealed class Lease(FreeCallStrategy strategy, PaymentOrder order, GrpcMetadata headers) : IPaymentLease
    {
        public GrpcMetadata Headers => headers;

        public PaymentReceipt Receipt { get; private set; } = new(
            strategy.Now, order.OrgId, order.ServiceId, order.Method, order.ModelId, PaymentReceipt.NoChannel, 0, TokenAmount.Zero, TokenAmount.Zero, PaymentOutcome.Unknown)
        {
            Mode = PaymentMode.Free,
        };

        public PaymentReceipt Confirm()
        {
            strategy._refused = 0;
            strategy.Count();
            return Settle(PaymentOutcome.Paid);
        }

        public PaymentRefusal Refuse(GrpcException failure, int waited)
        {
            var refusal = strategy.React(order, failure, waited);
            if (refusal == PaymentRefusal.None)
                Settle(PaymentOutcome.NotCharged);
            else
                strategy._turn.Release();
            return refusal;
        }

        public void Withdraw() => Settle(PaymentOutcome.NotCharged);

        public void Doubt() => Settle(PaymentOutcome.NotCharged);

        public Task<MoneyMoved> AskFateAsync(bool mayStillBeTaken, CancellationToken cancellationToken) => Task.FromResult(MoneyMoved.No);

        private PaymentReceipt Settle(PaymentOutcome outcome)
        {
            Receipt = strategy.Keep(Receipt, order, outcome);
            strategy._turn.Release();
            return Receipt;
        }
    }
}
