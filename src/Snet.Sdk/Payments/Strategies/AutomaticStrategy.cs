using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>Free calls while there are any, then paid ones, whose receipts say why.</summary>
internal sealed class AutomaticStrategy(FreeCallStrategy free, IPaymentStrategy paid) : IPaymentStrategy
{
    public async ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var obstacle = free.Obstacle?.Reason;
        if (obstacle is null)
        {
            try
            {
                return await free.AcquireAsync(order, daemon, cancellationToken).ConfigureAwait(false);
            }
            catch (NoFreeCallException e)
            {
                obstacle = e.Reason;
            }
            catch (PaymentQueueException)
            {
                obstacle = "the queue for them is too long";
            }
        }

        return await paid.AcquireAsync(order with { Note = $"No free call: {obstacle}" }, daemon, cancellationToken).ConfigureAwait(false);
    }
}
