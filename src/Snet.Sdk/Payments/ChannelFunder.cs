using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Discovery;

namespace Snet.Sdk.Payments;

/// <summary>Opens and fills channels with the fewest transactions, and never with more than the account has.</summary>
internal sealed class ChannelFunder(PaymentServices services, PaymentGroup group, EthereumAddress signer)
{
    private readonly EscrowAccount _escrow = services.Escrow;
    private readonly ChannelFunding _funding = services.Options.Funding;

    /// <summary>Opens a channel that can pay an order.</summary>
    /// <exception cref="InsufficientFundsException">Escrow and wallet hold less than the order costs.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public async Task<PaymentChannel> OpenAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        var (amount, escrow) = await DecideAsync(order, order.Price, cancellationToken).ConfigureAwait(false);
        return await OpenAsync(amount, escrow, await ExpirationAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a channel.</summary>
    /// <param name="amount">What it holds.</param>
    /// <param name="escrow">What the account has in escrow already; the rest is deposited.</param>
    /// <param name="expiration">The block of its end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<PaymentChannel> OpenAsync(
        TokenAmount amount, TokenAmount escrow, BigInteger expiration, CancellationToken cancellationToken)
    {
        object[] arguments = [signer, group.PaymentAddress, Bytes32.FromGroupId(group.Id), amount.Cogs, expiration];
        var function = EscrowContract.OpenChannel;
        if (escrow.IsZero && !amount.IsZero)
        {
            await _escrow.ApproveAsync(amount, cancellationToken).ConfigureAwait(false);
            function = EscrowContract.DepositAndOpenChannel;
        }
        else if (escrow < amount)
        {
            await _escrow.DepositAsync(amount - escrow, cancellationToken).ConfigureAwait(false);
        }

        var receipt = await _escrow.SendEscrowAsync(function, arguments, cancellationToken).ConfigureAwait(false);
        var opened = receipt.Logs.First(log => log.Contract == services.Options.Network.Mpe && log.Topics[0] == EscrowContract.ChannelOpen.Topic);
        var values = EscrowContract.ChannelOpen.Decode(opened.Topics, opened.Data);
        return Funded(new PaymentChannel(
            (BigInteger)values[0], (BigInteger)values[1], (EthereumAddress)values[2], (EthereumAddress)values[3], (EthereumAddress)values[4],
            Convert.ToBase64String((byte[])values[5]), TokenAmount.FromCogs((BigInteger)values[6]), (BigInteger)values[7]));
    }

    /// <summary>Extends a channel, adds funds to it, or both in one, so that it can pay an order.</summary>
    /// <exception cref="InsufficientFundsException">Escrow and wallet hold less than is missing.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public async Task<PaymentChannel> FillAsync(
        PaymentChannel channel, ChannelState state, PaymentOrder order, CancellationToken cancellationToken)
    {
        var total = state.SignedAmount + order.Price; // a channel can hold less than was signed
        var missing = total > state.Value ? total - state.Value : TokenAmount.Zero;
        var expiration = BigInteger.Max(channel.Expiration, await ExpirationAsync(cancellationToken).ConfigureAwait(false));
        if (missing.IsZero)
        {
            await _escrow.SendEscrowAsync(EscrowContract.ChannelExtend, [channel.Id, expiration], cancellationToken).ConfigureAwait(false);
            return Funded(channel with { Expiration = expiration });
        }

        var (amount, escrow) = await DecideAsync(order, missing, cancellationToken).ConfigureAwait(false);
        if (escrow < amount)
            await _escrow.DepositAsync(amount - escrow, cancellationToken).ConfigureAwait(false);
        await _escrow.SendEscrowAsync(EscrowContract.ChannelExtendAndAddFunds, [channel.Id, expiration, amount.Cogs], cancellationToken).ConfigureAwait(false);
        return Funded(channel with { Value = channel.Value + amount, Expiration = expiration });
    }

    /// <summary>Gives the block until which a channel is made to last.</summary>
    public async Task<BigInteger> ExpirationAsync(CancellationToken cancellationToken) =>
        await services.Chain.Blocks.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false) + group.PaymentExpirationThreshold + _funding.ExtraBlocks;

    // The transaction's success proves what the channel is now. Another node of the same address may not have heard of it yet, so none is asked:
    // it would look as if the channel were to be filled once more.
    private PaymentChannel Funded(PaymentChannel channel)
    {
        services.Logger.ChannelFunded(channel.Id, channel.Value, channel.Expiration);
        return channel;
    }

    // Enough for several calls where the account has that much; a training step is filled for itself alone.
    private async Task<(TokenAmount Amount, TokenAmount Escrow)> DecideAsync(
        PaymentOrder order, TokenAmount needed, CancellationToken cancellationToken)
    {
        var escrowTask = _escrow.GetEscrowAsync(cancellationToken);
        var wallet = _funding.DepositFromWallet ? await _escrow.GetWalletAsync(cancellationToken).ConfigureAwait(false) : TokenAmount.Zero;
        var escrow = await escrowTask.ConfigureAwait(false);
        var available = escrow + wallet;
        if (available < needed)
            throw new InsufficientFundsException(_funding.DepositFromWallet ? "wallet and escrow" : "escrow", needed, available);
        var wanted = order.IsTraining ? needed : TokenAmount.Max(needed, order.Price * order.CallsAhead);
        return (TokenAmount.Min(wanted, available), escrow);
    }
}
