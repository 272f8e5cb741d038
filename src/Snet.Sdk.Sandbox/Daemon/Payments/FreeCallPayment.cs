using Snet.Ethereum;
using Snet.Grpc;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>Free calls: a token of the daemon's and a fresh signature pay for a call (protocol e.3 Free-call; the numbers are its
/// rows).</summary>
internal sealed class FreeCallPayment(DaemonParts parts, FreeCalls calls) : IPaymentHandler
{
    private readonly FreeCallCheck _check = new(parts);

    /// <inheritdoc/>
    public async Task<IPayment> ValidateAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        if (!parts.Quirks.FreeCallTokens)
            throw RefuseOld(request.Headers);
        var call = Read(request.Headers); // #1, #2
        if (_check.FindForgery(call) is { } forgery) // #3, #4
            throw new GrpcException(GrpcStatus.Unauthenticated, forgery);
        if (await FindExpiredAsync(call, cancellationToken).ConfigureAwait(false) is { } expired) // #5, #6
            throw DaemonRefusals.Internal(expired);
        return Start(call); // #7, #8
    }

    private static FreeCallRequest Read(GrpcMetadata headers)
    {
        var address = PaymentHeaderReader.Text(headers, PaymentHeaders.FreeCallUserAddress);
        var block = PaymentHeaderReader.Number(headers, PaymentHeaders.CurrentBlock);
        var signature = PaymentHeaderReader.Bytes(headers, PaymentHeaders.ChannelSignature);
        var token = PaymentHeaderReader.Bytes(headers, PaymentHeaders.FreeCallToken);
        // A user id that is sent twice counts as absent (h.2).
        var ids = headers.GetAll(PaymentHeaders.FreeCallUserId).ToList();
        try
        {
            return new FreeCallRequest(address, ids is [var id] ? id.Text : "", block, signature, token);
        }
        catch (FormatException e)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, "invalid token: " + e.Message); // #2
        }
    }

    // The messages before 6.0 were others, which no client of today sends (d.4).
    private static GrpcException RefuseOld(GrpcMetadata headers)
    {
        PaymentHeaderReader.Text(headers, PaymentHeaders.FreeCallUserId);
        return new GrpcException(GrpcStatus.Unauthenticated, "payment signature is not valid");
    }

    private async Task<string?> FindExpiredAsync(FreeCallRequest call, CancellationToken cancellationToken)
    {
        try
        {
            return await _check.FindExpiredAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (DaemonChainException e)
        {
            return e.Message;
        }
    }

    private FreePayment Start(FreeCallRequest call)
    {
        var key = calls.KeyOf(call.Address, call.UserId);
        if (!calls.Locks.TryAcquire(key)) // #7
            throw new GrpcException(GrpcStatus.FailedPrecondition, $"another transaction on this user: {key} is in progress");
        var made = calls.Made(key);
        if (calls.Limit(call.Address) is not { } limit || made < limit)
            return new FreePayment(calls, key, call.User);
        calls.Locks.Release(key);
        throw DaemonRefusals.Internal($"free call limit has been exceeded, calls made = {made}, total free calls eligible = {limit}"); // #8
    }

    private sealed class FreePayment(FreeCalls calls, string key, EthereumAddress user) : IPayment
    {
        public EthereumAddress? Payer => user;

        public Task CommitAsync()
        {
            calls.Count(key);
            return RollbackAsync();
        }

        public Task RollbackAsync()
        {
            calls.Locks.Release(key);
            return Task.CompletedTask;
        }
    }
}
