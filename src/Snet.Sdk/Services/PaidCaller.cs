using Microsoft.Extensions.Logging;
using Snet.Grpc;
using Snet.Sdk.Diagnostics;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Services;

/// <summary>Makes paid calls: signs, sends, settles, and repeats what a daemon refused because the two were out of step.</summary>
/// <remarks>
/// A repeated call signs the same total again, or the one that the daemon proved with our own signature, so it can never cost twice (protocol e.8).
/// What was cancelled, timed out or cut off is not repeated: it may have been charged.
/// </remarks>
internal sealed class PaidCaller(ChannelPool pool, ReceiptLog receipts, DaemonConnection daemon, SnetClientOptions options, ILogger logger)
{
    private const int LockAttempts = 6;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Pays and calls.</summary>
    /// <param name="order">What is paid.</param>
    /// <param name="send">Sends the call with the payment's headers.</param>
    /// <param name="requote">Given the daemon's price, finds the right one again; it throws when a new price is not agreed.</param>
    /// <param name="cancellationToken">Ends the waiting. A payment that has left this process stays valid for the daemon.</param>
    /// <returns>The answer and the receipt.</returns>
    public async Task<(T Answer, PaymentReceipt Receipt)> CallAsync<T>(
        PaymentOrder order, Func<GrpcMetadata, CancellationToken, Task<T>> send, Func<TokenAmount?, CancellationToken, Task<TokenAmount>> requote,
        CancellationToken cancellationToken)
    {
        using var watch = Telemetry.StartCall(order, options.TimeProvider);
        try
        {
            var result = await RepeatAsync(order, send, requote, cancellationToken).ConfigureAwait(false);
            watch.Succeed(result.Receipt.Price);
            return result;
        }
        catch (SnetException e)
        {
            watch.Fail(e);
            throw;
        }
    }

    private async Task<(T Answer, PaymentReceipt Receipt)> RepeatAsync<T>(
        PaymentOrder order, Func<GrpcMetadata, CancellationToken, Task<T>> send, Func<TokenAmount?, CancellationToken, Task<TokenAmount>> requote,
        CancellationToken cancellationToken)
    {
        var repeated = false;
        for (var locks = 0; ;)
        {
            using var reservation = await receipts.ReserveAsync(order, cancellationToken).ConfigureAwait(false);
            var lease = await pool.AcquireAsync(order with { Reservation = reservation }, daemon, cancellationToken).ConfigureAwait(false);
            GrpcException failure;
            try
            {
                var answer = await send(lease.Headers, cancellationToken).ConfigureAwait(false);
                var receipt = lease.Confirm();
                logger.CallPaid(order.Method, receipt.Price);
                return (answer, receipt);
            }
            catch (GrpcException e) when (!DaemonErrors.IsFateUnknown(e))
            {
                failure = e;
                lease.Release();
            }
            catch (GrpcException e)
            {
                lease.Doubt();
                throw await DescribeDoubtAsync(e, lease, order).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not GrpcException)
            {
                // The caller's token, or a mistake on our side between signing and the answer: the signature is out either way.
                lease.Doubt();
                logger.FateUnknown(order.Price, order.Method, lease.Session.Id);
                throw;
            }

            var refusal = DaemonErrors.ReadRefusal(failure);
            if (refusal == PaymentRefusal.Locked && locks < LockAttempts)
            {
                await Task.Delay(LockPause * Math.Pow(2, locks++), options.TimeProvider, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (repeated || refusal is PaymentRefusal.None or PaymentRefusal.Final or PaymentRefusal.Locked)
                throw Describe(failure, refusal);
            repeated = true;
            logger.CallRepeated(order.Method, failure.Detail);
            await pool.ForgetAsync(lease.Session, cancellationToken).ConfigureAwait(false);
            if (refusal == PaymentRefusal.WrongIncome)
                order = order with { Price = await requote(DaemonErrors.ReadPrice(failure), cancellationToken).ConfigureAwait(false) };
        }
    }

    // The daemon is asked at once, so that the error can say whether money moved; if it cannot tell now, the next payment asks.
    private async Task<SnetException> DescribeDoubtAsync(GrpcException e, PaymentLease lease, PaymentOrder order)
    {
        using var limit = new CancellationTokenSource(options.AttemptTimeout, options.TimeProvider);
        var fate = MoneyMoved.Unknown;
        try
        {
            await pool.ResolveAsync(lease.Session, daemon, limit.Token).ConfigureAwait(false);
            fate = lease.Receipt.Outcome switch
            {
                PaymentOutcome.Paid => MoneyMoved.Yes,
                PaymentOutcome.NotCharged => MoneyMoved.No,
                _ => MoneyMoved.Unknown,
            };
        }
        catch (Exception inner) when (inner is SnetException or OperationCanceledException)
        {
            logger.FateUnknown(order.Price, order.Method, lease.Session.Id);
        }

        var advice = fate switch
        {
            MoneyMoved.Yes => $"{order.Price} was charged. The work may have been done; check before you repeat it.",
            MoneyMoved.No => "Nothing was charged. Try again.",
            _ => "Whether it was charged is open; the daemon is asked before anything more is signed.",
        };
        return new ServiceCallException(e.StatusCode, e.Detail, DaemonErrors.OriginOf(e), advice, isTransient: true, e) { MoneyMoved = fate };
    }

    private SnetException Describe(GrpcException e, PaymentRefusal refusal)
    {
        if (DaemonConnection.IsNotSent(e))
            return daemon.Unavailable(e);
        if (DaemonErrors.IsBusy(e))
            return new ServiceCallException(e.StatusCode, e.Detail, CallOrigin.Daemon, "Nothing was charged. Try again later.", isTransient: true, e) { MoneyMoved = MoneyMoved.No };
        return refusal switch
        {
            PaymentRefusal.None => new ServiceCallException(e.StatusCode, e.Detail, DaemonErrors.OriginOf(e), "Nothing was charged.", e.StatusCode == GrpcStatus.Unavailable, e)
            {
                MoneyMoved = MoneyMoved.No,
            },
            PaymentRefusal.Locked => new PaymentRejectedException(
                e.Detail, e.StatusCode, "Another call of this channel does not end, or its lock is stuck: ask the provider to clear it, or open another channel.", isTransient: true, e),
            PaymentRefusal.OutOfStep or PaymentRefusal.WrongIncome => new PaymentRejectedException(
                e.Detail, e.StatusCode, "Nothing was charged. If another process pays from the same channel at the same time, try again, and give each process a PaymentSigner of its own.", isTransient: true, e),
            _ => new PaymentRejectedException(e.Detail, e.StatusCode, "Nothing was charged. If it stays so, the client's node and the daemon's disagree: check RpcEndpoints, and tell the provider.",
                isTransient: DaemonErrors.IsChannelUnknown(e), innerException: e),
        };
    }
}
