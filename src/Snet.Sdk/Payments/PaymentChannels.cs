using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments;

/// <summary>The account's payment channels for one service, by hand. Calls find, fill and open channels by themselves.</summary>
/// <remarks>Every method that changes something sends transactions, which cost gas, and waits until they succeeded.</remarks>
public class PaymentChannels
{
    private readonly ServiceClient _service;

    internal PaymentChannels(ServiceClient service) => _service = service;

    /// <summary>For stand-ins in tests.</summary>
    protected PaymentChannels() => _service = null!;

    /// <summary>Lists the channels, oldest first, as the contract has them now.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The channels.</returns>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<IReadOnlyList<PaymentChannel>> ListAsync(CancellationToken cancellationToken = default) =>
        await (await PoolAsync(cancellationToken).ConfigureAwait(false)).ListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a channel with tokens that are in escrow already.</summary>
    /// <param name="amount">What it holds.</param>
    /// <param name="expiration">The block of its end; null for the provider's threshold and <see cref="ChannelFunding.ExtraBlocks"/> from now.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>The channel.</returns>
    /// <exception cref="InsufficientFundsException">Escrow holds less.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual Task<PaymentChannel> OpenAsync(TokenAmount amount, BigInteger? expiration = null, CancellationToken cancellationToken = default) =>
        OpenAsync(amount, expiration, usesWallet: false, cancellationToken);

    /// <summary>Opens a channel with tokens of the wallet where escrow holds less, in the fewest transactions.</summary>
    /// <inheritdoc cref="OpenAsync(TokenAmount, BigInteger?, CancellationToken)"/>
    public virtual Task<PaymentChannel> DepositAndOpenAsync(TokenAmount amount, BigInteger? expiration = null, CancellationToken cancellationToken = default) =>
        OpenAsync(amount, expiration, usesWallet: true, cancellationToken);

    /// <summary>Plans the fewest transactions after which calls worth an amount can be paid: what is in escrow already is counted, and what channels can still pay.</summary>
    /// <remarks>Calls need no plan, they fund what they need. This shows beforehand what that would take; nothing is sent.</remarks>
    /// <param name="needed">What the calls come to.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The plan, to be shown and handed to <see cref="FundAsync"/>. It holds for as long as nobody else pays or funds.</returns>
    /// <exception cref="InsufficientFundsException">Channel, escrow and wallet together hold too little.</exception>
    /// <exception cref="ChannelStateException">The daemon's account of a channel cannot be believed.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<FundingPlan> PlanFundingAsync(TokenAmount needed, CancellationToken cancellationToken = default)
    {
        var pool = await PoolAsync(cancellationToken).ConfigureAwait(false);
        return await pool.PlanAsync(needed, await _service.GetDaemonAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Carries a plan out.</summary>
    /// <param name="plan">The plan of <see cref="PlanFundingAsync"/>.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>The channel as it is then.</returns>
    /// <remarks>Another process of the account may have used meanwhile what the plan counted on. Then the same amount is planned again; tokens of the wallet are used only if the plan did so.</remarks>
    /// <exception cref="InsufficientFundsException">Too little is left of what the plan counted on, or there is too little ether for gas.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual async Task<PaymentChannel> FundAsync(FundingPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var pool = await PoolAsync(cancellationToken).ConfigureAwait(false);
        return plan.Steps.Count == 0 ? plan.Channel! : await pool.FundAsync(plan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves tokens from escrow into a channel.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="amount">What is added; above nothing.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>The channel as it is now.</returns>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual Task<PaymentChannel> AddFundsAsync(BigInteger channelId, TokenAmount amount, CancellationToken cancellationToken = default) =>
        ChangeAsync(channelId, EscrowContract.ChannelAddFunds, [channelId, amount.Cogs], cancellationToken);

    /// <summary>Moves a channel's end.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="expiration">The block of its end, not before the present one.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>The channel as it is now.</returns>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual Task<PaymentChannel> ExtendAsync(BigInteger channelId, BigInteger expiration, CancellationToken cancellationToken = default) =>
        ChangeAsync(channelId, EscrowContract.ChannelExtend, [channelId, expiration], cancellationToken);

    /// <summary>Moves a channel's end and adds funds to it, in one transaction.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="expiration">The block of its end, not before the present one.</param>
    /// <param name="amount">What is added.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>The channel as it is now.</returns>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual Task<PaymentChannel> ExtendAndAddFundsAsync(
        BigInteger channelId, BigInteger expiration, TokenAmount amount, CancellationToken cancellationToken = default) =>
        ChangeAsync(channelId, EscrowContract.ChannelExtendAndAddFunds, [channelId, expiration, amount.Cogs], cancellationToken);

    /// <summary>Takes everything back from a channel that has expired; it returns to escrow.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>The channel as it is now.</returns>
    /// <exception cref="TransactionFailedException">The contract refused, because the channel has not expired for instance.</exception>
    public virtual Task<PaymentChannel> ClaimTimeoutAsync(BigInteger channelId, CancellationToken cancellationToken = default) =>
        ChangeAsync(channelId, EscrowContract.ChannelClaimTimeout, [channelId], cancellationToken);

    private Task<ChannelPool> PoolAsync(CancellationToken cancellationToken) => _service.GetPoolAsync(cancellationToken);

    private async Task<PaymentChannel> OpenAsync(TokenAmount amount, BigInteger? expiration, bool usesWallet, CancellationToken cancellationToken)
    {
        var pool = await PoolAsync(cancellationToken).ConfigureAwait(false);
        return await pool.OpenAsync(amount, expiration, usesWallet, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PaymentChannel> ChangeAsync(BigInteger channelId, AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        var pool = await PoolAsync(cancellationToken).ConfigureAwait(false);
        await _service.Client.Escrow.SendEscrowAsync(function, arguments, cancellationToken).ConfigureAwait(false);
        return await ChannelPool.ReadChangedAsync(async () =>
        {
            await pool.ReloadAsync(cancellationToken).ConfigureAwait(false);
            return await _service.Client.Escrow.GetChannelAsync(channelId, cancellationToken).ConfigureAwait(false)
                ?? throw new ChannelStateException(channelId, "the node does not know it although its transaction succeeded; the node lags behind", isTransient: true);
        }).ConfigureAwait(false);
    }
}
