using System.Numerics;
using Snet.Grpc;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>Escrow and train-call: a signed total of a channel pays for one call (protocol e.3; the numbers are its rows).</summary>
/// <remarks>
/// All rows in their order: #1 <see cref="PaymentTypes"/>; #2 to #4 here, header by header; #5 to #7 <see cref="ChannelPayments.StartAsync"/>
/// (locks lie in memory here, so #5b never comes); #8 to #13 <see cref="ChannelPayments.CheckAsync"/>; #14 <see cref="Prices"/>;
/// #15 <see cref="Models.StoredPrices"/>; #16 here; #17 and #18 <see cref="Settlement"/>, when the call has ended.
/// </remarks>
/// <param name="parts">The daemon.</param>
/// <param name="priceOf">Gives a call's price in cogs, or refuses (#14, #15).</param>
internal sealed class EscrowPayment(DaemonParts parts, Func<PaymentRequest, CancellationToken, Task<BigInteger>> priceOf) : IPaymentHandler
{
    private readonly ChannelPayments _payments = new(parts);

    /// <inheritdoc/>
    public async Task<IPayment> ValidateAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        var promise = new PaymentPromise(
            PaymentHeaderReader.Number(request.Headers, PaymentHeaders.ChannelId),         // #2, #3, #4
            PaymentHeaderReader.Number(request.Headers, PaymentHeaders.ChannelNonce),      // #2, #3, #4
            PaymentHeaderReader.Number(request.Headers, PaymentHeaders.ChannelAmount),     // #2, #3, #4
            PaymentHeaderReader.Bytes(request.Headers, PaymentHeaders.ChannelSignature));  // #2, #3

        var payment = await _payments.StartAsync(promise, cancellationToken).ConfigureAwait(false); // #5 to #13
        try
        {
            var price = await priceOf(request, cancellationToken).ConfigureAwait(false); // #14, #15
            var income = promise.Amount - payment.Channel.Authorized;
            if (income != price) // #16
                throw new GrpcException(GrpcStatus.Unauthenticated, $"income {income} does not equal to price {price}");
            return payment;
        }
        catch (Exception) when (!parts.State.HasEnded) // a process that ends never frees its locks (e.7)
        {
            await payment.RollbackAsync().ConfigureAwait(false);
            throw;
        }
    }
}
