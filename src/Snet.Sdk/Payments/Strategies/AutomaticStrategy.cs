using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Strategies;

/// <summary>Free calls while there are any, then paid ones, whose receipts say why.</summary>
internal sealed class AutomaticStrategy(FreeCallStrategy free, IPaymentStrategy paid) : IPaymentStrategy
{
    public async ValueTask<IPaymentLease> AcquireAsync(PaymentOrder order, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var obstacle = free.Obstacle;
        if (obstacle is null)
        {
            try
            {
                return await free.AcquireAsync(order, daemon, cancellationToken).ConfigureAwait(false);
            }
            catch (NoFreeCallException e)
            {
                obstacle = e;
            }
        }

        return await paid.AcquireAsync(order with { Note = $"No free call: {obstacle.Reason}" }, daemon, cancellationToken).ConfigureAwait(false);
    }
}
