using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>The payment of every call while the daemon's blockchain is switched off: none (protocol d.5).</summary>
internal sealed class NoPayment : IPayment
{
    /// <inheritdoc/>
    public EthereumAddress? Payer => null;

    /// <inheritdoc/>
    public Task CommitAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task RollbackAsync() => Task.CompletedTask;
}
