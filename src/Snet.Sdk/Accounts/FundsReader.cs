using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Channels;

namespace Snet.Sdk.Accounts;

/// <summary>Finds what an account has in channels to anybody, and takes back what has expired.</summary>
internal sealed class FundsReader(PaymentServices services)
{
    /// <summary>Reads all channels of the account that hold something.</summary>
    /// <returns>The block at which they were read, and the channels, oldest first.</returns>
    public async Task<(BigInteger Block, IReadOnlyList<ChannelFunds> Channels)> ReadAsync(CancellationToken cancellationToken)
    {
        var finder = new ChannelFinder(services.Chain, services.Options.Network, services.Escrow.Owner, null, services.Memory);
        IReadOnlyList<RememberedChannel> found = [];
        await foreach (var more in finder.FindAsync(cancellationToken).ConfigureAwait(false))
            found = more;
        var channels = await services.Escrow.GetChannelsAsync([.. found.Select(channel => channel.Id)], cancellationToken).ConfigureAwait(false);
        var block = await services.Chain.Blocks.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        return (block, [.. channels.OfType<PaymentChannel>()
            .Where(channel => channel.Sender == services.Escrow.Owner && !channel.Value.IsZero)
            .Select(channel => new ChannelFunds(channel, SignedAway(channel), channel.Expiration <= block))]);
    }

    /// <summary>Takes back what one expired channel holds.</summary>
    public Task<TransactionReceipt> ReclaimAsync(PaymentChannel channel, CancellationToken cancellationToken) =>
        services.Escrow.SendEscrowAsync(EscrowContract.ChannelClaimTimeout, [channel.Id], cancellationToken);

    // More may be signed than a channel holds, after a claim that was let pass; the contract gives no more than there is.
    private TokenAmount SignedAway(PaymentChannel channel) =>
        services.Receipts.HighestSigned(channel.Id, channel.Nonce) is { } signed ? TokenAmount.Min(signed, channel.Value) : TokenAmount.Zero;
}
