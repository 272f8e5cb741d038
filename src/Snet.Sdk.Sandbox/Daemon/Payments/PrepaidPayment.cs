using System.Numerics;
using System.Text;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>Prepaid calls: a token pays out of what was planned on its channel (protocol e.3 Prepaid-call; the numbers are its rows). No
/// lock is taken.</summary>
/// <param name="plans">What was paid ahead.</param>
/// <param name="tokens">Checks tokens.</param>
/// <param name="priceOf">Gives a call's price in cogs, or refuses.</param>
internal sealed class PrepaidPayment(
    PrepaidPlans plans, PrepaidTokens tokens, Func<PaymentRequest, CancellationToken, Task<BigInteger>> priceOf)
    : IPaymentHandler
{
    /// <inheritdoc/>
    public async Task<IPayment> ValidateAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        var channel = PaymentHeaderReader.Number(request.Headers, PaymentHeaders.ChannelId);                         // #1
        var token = Encoding.UTF8.GetString(PaymentHeaderReader.Bytes(request.Headers, PaymentHeaders.PrepaidToken)); // #1
        var price = await priceOf(request, cancellationToken).ConfigureAwait(false);                                 // #2
        var payer = Verify(token, channel);                                                                          // #3
        if (!plans.TryUse(channel, price))
            throw DaemonRefusals.Internal($"Usage Exceeded on channel Id {channel}"); // #4
        return new UsedPlan(plans, channel, price, payer);
    }

    private EthereumAddress Verify(string token, BigInteger channel)
    {
        try
        {
            return tokens.Verify(token, channel);
        }
        catch (FormatException e)
        {
            throw DaemonRefusals.Internal(e.Message);
        }
    }

    private sealed class UsedPlan(PrepaidPlans plans, BigInteger channel, BigInteger price, EthereumAddress payer) : IPayment
    {
        public EthereumAddress? Payer => payer;

        public Task CommitAsync() => Task.CompletedTask;

        public Task RollbackAsync()
        {
            plans.Refund(channel, price);
            return Task.CompletedTask;
        }
    }
}
