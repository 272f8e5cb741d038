namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>Settles a payment by how its call ended (protocol e.3 #17, #18).</summary>
internal static class Settlement
{
    /// <summary>Does the work of a call, then keeps its payment, or gives it back when the work failed.</summary>
    public static async Task<T> SettleAsync<T>(DaemonState state, IPayment payment, Func<Task<T>> work)
    {
        T result;
        try
        {
            result = await work().ConfigureAwait(false);
        }
        catch (Exception) when (!state.HasEnded) // #17; a process that ends never frees its locks (e.7)
        {
            await payment.RollbackAsync().ConfigureAwait(false);
            throw;
        }

        if (state.StorageHeld is { } held)
            await held().ConfigureAwait(false);
        await payment.CommitAsync().ConfigureAwait(false); // #18
        return result;
    }
}
