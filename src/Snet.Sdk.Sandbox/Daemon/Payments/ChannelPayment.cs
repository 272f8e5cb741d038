using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon.Payments;

/// <summary>A promise that passed its checks; the channel is locked until it is settled.</summary>
/// <param name="channels">Where it is stored.</param>
/// <param name="channel">The channel as it was when the call began.</param>
/// <param name="promise">What is promised.</param>
internal sealed class ChannelPayment(PaymentChannels channels, PaymentChannel channel, PaymentPromise promise) : IPayment
{
    /// <summary>The channel as it was when the call began.</summary>
    public PaymentChannel Channel => channel;

    /// <summary>The channel's sender, also when its signer paid (protocol e.1).</summary>
    public EthereumAddress? Payer => channel.Sender;

    /// <inheritdoc/>
    public Task CommitAsync()
    {
        channels.Store(channel with { Authorized = promise.Amount, Signature = promise.Signature });
        channels.Locks.Release(channel.Key);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RollbackAsync()
    {
        channels.Locks.Release(channel.Key);
        return Task.CompletedTask;
    }
}
