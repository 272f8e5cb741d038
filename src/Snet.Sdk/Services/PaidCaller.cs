using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Snet.Grpc;
using Snet.Sdk.Diagnostics;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Strategies;

namespace Snet.Sdk.Services;

/// <summary>Makes paid calls: lets a strategy pay, sends, settles, and repeats what a daemon refused because the two were out of step.</summary>
/// <remarks>
/// A repeated call signs the same total again, or the one that the daemon proved with our own signature, so it can never cost twice (protocol e.8).
/// What was cancelled, timed out or cut off is not repeated: it may have been charged.
/// </remarks>
internal sealed class PaidCaller(SnetClientOptions options, ILogger logger)
{
    private const int LockAttempts = 6; // some seconds
    private const int Repeats = 5; // another process that pays from the same channel can come in between each time
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RepeatPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Pays and calls.</summary>
    /// <param name="strategy">How it is paid.</param>
    /// <param name="order">What is paid.</param>
    /// <param name="daemon">Who is paid.</param>
    /// <param name="send">Sends the call with the payment's headers.</param>
    /// <param name="requote">Given the daemon's price, finds the right one again; it throws when a new price is not agreed.</param>
    /// <param name="cancellationToken">Ends the waiting. A payment that has left this process stays valid for the daemon.</param>
    /// <returns>The answer and the receipt.</returns>
    public async Task<(T Answer, PaymentReceipt Receipt)> CallAsync<T>(
        IPaymentStrategy strategy, PaymentOrder order, DaemonConnection daemon, Func<GrpcMetadata, CancellationToken, Task<T>> send,
        Func<TokenAmount?, CancellationToken, Task<TokenAmount>> requote, CancellationToken cancellationToken)
    {
        using var watch = Telemetry.StartCall(order, options.TimeProvider);
        try
        {
            var result = await RepeatAsync(strategy, order, daemon, send, requote, cancellationToken).ConfigureAwait(false);
            watch.Succeed(result.Receipt);
            logger.CallPaid(order.Method, result.Receipt.Cost, result.Receipt.Mode);
            return result;
        }
        catch (SnetException e)
        {
            watch.Fail(e);
            throw;
        }
    }

    /// <summary>Pays and calls, without telling anybody.</summary>
    /// <inheritdoc cref="CallAsync{T}"/>
    public async Task<(T Answer, PaymentReceipt Receipt)> RepeatAsync<T>(
        IPaymentStrategy strategy, PaymentOrder order, DaemonConnection daemon, Func<GrpcMetadata, CancellationToken, Task<T>> send,
        Func<TokenAmount?, CancellationToken, Task<TokenAmount>> requote, CancellationToken cancellationToken)
    {
        var (waited, repeated, requoted) = (0, 0, false);
        while (true)
        {
            var lease = await strategy.AcquireAsync(order, daemon, cancellationToken).ConfigureAwait(false);
            GrpcException failure;
            PaymentRefusal refusal;
            try
            {
                var answer = await send(lease.Headers, cancellationToken).ConfigureAwait(false);
                return (answer, lease.Confirm());
            }
            catch (GrpcException e) when (!DaemonErrors.IsFateUnknown(e))
            {
                failure = e;
                refusal = lease.Refuse(e, waited);
            }
            catch (GrpcException e)
            {
                lease.Doubt();
                throw DescribeDoubt(e, await AskFateAsync(lease, order.Step, isAnswered: !e.IsTransport).ConfigureAwait(false), lease.Receipt);
            }
            catch (Exception e) when (e is not GrpcException)
            {
                // The caller's token, or a mistake on our side between signing and the answer: the signature is out either way.
                lease.Doubt();
                if (order.Step is not null)
                    await AskFateAsync(lease, order.Step, isAnswered: false).ConfigureAwait(false);
                else
                    TellDoubt(lease.Receipt);
                throw;
            }

            if (refusal == PaymentRefusal.Later)
                continue;
            if (refusal == PaymentRefusal.Locked && waited < LockAttempts)
            {
                await PauseAsync(LockPause, waited++, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var outOfStep = refusal is PaymentRefusal.OutOfStep or PaymentRefusal.WrongIncome;
            if (repeated >= (outOfStep ? Repeats : 1) || refusal is PaymentRefusal.None or PaymentRefusal.Final or PaymentRefusal.Locked or PaymentRefusal.Stuck or PaymentRefusal.NotFound)
                throw Describe(failure, refusal, lease.Receipt, daemon);
            logger.CallRepeated(order.Method, failure.Detail);
            if (refusal == PaymentRefusal.WrongIncome && DaemonErrors.ReadPrice(failure) is var wanted && wanted != order.Price)
            {
                if (requoted)
                    throw Describe(failure, refusal, lease.Receipt, daemon);
                requoted = true;
                order = order with { Price = await requote(wanted, cancellationToken).ConfigureAwait(false) };
            }

            if (repeated++ > 0)
                await PauseAsync(RepeatPause, repeated, cancellationToken).ConfigureAwait(false);
        }
    }

    // Longer each time, and never the same twice, so that two processes do not meet again and again.
    private Task PauseAsync(TimeSpan first, int round, CancellationToken cancellationToken) =>
        Task.Delay(first * Math.Pow(2, round) * (RandomNumberGenerator.GetInt32(50, 151) / 100.0), options.TimeProvider, cancellationToken);

    // The daemon is asked at once, so that the caller hears whether money moved; if it cannot tell now, the next payment asks. After an answer, be it that
    // the time is over, it has nothing more to do with the call; after a lost connection it may take the price in a moment.
    private async Task<MoneyMoved> AskFateAsync(IPaymentLease lease, PaidStep? step, bool isAnswered)
    {
        using var limit = new CancellationTokenSource(options.AttemptTimeout, options.TimeProvider);
        var fate = MoneyMoved.Unknown;
        try
        {
            for (var round = 0; ; round++)
            {
                var isWorkedOn = step?.IsWorkedOn == true;
                fate = await lease.AskFateAsync(!isAnswered && step?.MayStillBeTaken != false, limit.Token).ConfigureAwait(false);
                if (fate != MoneyMoved.Unknown || !isWorkedOn)
                    break;
                await PauseAsync(RepeatPause, Math.Min(round, 4), limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SnetException or OperationCanceledException)
        {
            fate = MoneyMoved.Unknown;
        }

        if (fate == MoneyMoved.Unknown)
            TellDoubt(lease.Receipt);
        if (step is not null)
            (step.Fate, step.Receipt) = (fate, lease.Receipt);
        return fate;
    }

    private static ServiceCallException DescribeDoubt(GrpcException e, MoneyMoved fate, PaymentReceipt receipt)
    {
        var advice = fate switch
        {
            MoneyMoved.Yes => $"{receipt.Cost} was charged. The work may have been done; check before you repeat it.",
            MoneyMoved.No => "Nothing was charged. Try again.",
            _ => $"Whether {receipt.Price} is charged is open: the daemon had not taken it when it was asked, or did not answer. It is asked again before anything more is signed.",
        };
        return new ServiceCallException(e.StatusCode, e.Detail, DaemonErrors.OriginOf(e), advice, isTransient: true, e) { MoneyMoved = fate };
    }

    private void TellDoubt(PaymentReceipt receipt)
    {
        if (receipt.Outcome == PaymentOutcome.Unknown)
            logger.FateUnknown(receipt.Price, receipt.Method, receipt.ChannelId);
    }

    private static SnetException Describe(GrpcException e, PaymentRefusal refusal, PaymentReceipt receipt, DaemonConnection daemon)
    {
        if (DaemonConnection.IsNotSent(e))
            return daemon.Unavailable(e);
        if (DaemonErrors.IsBusy(e))
            return new ServiceCallException(e.StatusCode, e.Detail, CallOrigin.Daemon, "Nothing was charged. Try again later.", isTransient: true, e) { MoneyMoved = MoneyMoved.No };
        return refusal switch
        {
            PaymentRefusal.None when receipt.Outcome == PaymentOutcome.Paid => new ServiceCallException(
                e.StatusCode, e.Detail, DaemonErrors.OriginOf(e), $"{receipt.Cost} of what was paid ahead is used: a call that fails stays used.", innerException: e) { MoneyMoved = MoneyMoved.Yes },
            PaymentRefusal.None => new ServiceCallException(e.StatusCode, e.Detail, DaemonErrors.OriginOf(e), "Nothing was charged.", e.StatusCode == GrpcStatus.Unavailable, e)
            {
                MoneyMoved = MoneyMoved.No,
            },
            PaymentRefusal.Locked or PaymentRefusal.Stuck => new PaymentRejectedException(
                e.Detail, e.StatusCode, "Another call of this channel does not end, or its lock is stuck: ask the provider to clear it, or open another channel.", isTransient: true, e),
            PaymentRefusal.OutOfStep or PaymentRefusal.WrongIncome => new PaymentRejectedException(
                e.Detail, e.StatusCode, "Nothing was charged. If another process pays from the same channel at the same time, try again, and give each process a PaymentSigner of its own.", isTransient: true, e),
            _ => new PaymentRejectedException(e.Detail, e.StatusCode, "Nothing was charged. If it stays so, the client's node and the daemon's disagree: check RpcEndpoints, and tell the provider.",
                isTransient: DaemonErrors.IsChannelUnknown(e), innerException: e),
        };
    }
}
