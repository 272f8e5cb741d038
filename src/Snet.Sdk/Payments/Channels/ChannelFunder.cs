using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Discovery;

namespace Snet.Sdk.Payments.Channels;

/// <summary>Opens and fills channels with the fewest transactions, and never with more than the account has.</summary>
internal sealed class ChannelFunder(PaymentServices services, PaymentGroup group, EthereumAddress signer)
{
    private readonly EscrowAccount _escrow = services.Escrow;
    private readonly ChannelFunding _funding = services.Options.Funding;

    /// <summary>Opens a channel, or extends one and adds funds to it.</summary>
    /// <param name="channel">The channel, extended alone when nothing is needed; null to open one.</param>
    /// <param name="needed">What it must get.</param>
    /// <param name="wanted">What it should get if the account has that much: less is no reason to fail.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The channel as it is then.</returns>
    /// <exception cref="InsufficientFundsException">Escrow and wallet hold less than is needed.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public async Task<PaymentChannel> FundAsync(PaymentChannel? channel, TokenAmount needed, TokenAmount wanted, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(channel, needed, TokenAmount.Max(needed, wanted), null, _funding.DepositFromWallet, cancellationToken).ConfigureAwait(false);
        return await SendAsync(plan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a channel lacks to pay an amount.</summary>
    public static TokenAmount Missing(ChannelState state, TokenAmount amount)
    {
        var total = state.SignedAmount + amount; // a channel can hold less than was signed
        return total > state.Value ? total - state.Value : TokenAmount.Zero;
    }

    /// <summary>Decides which transactions fund a channel. Nothing is sent.</summary>
    /// <param name="channel">The channel that is filled, or extended alone when nothing is needed; null to open one.</param>
    /// <param name="needed">What it must get.</param>
    /// <param name="wanted">What it should get if the account has that much.</param>
    /// <param name="expiration">The block of its end; null for what the provider asks and <see cref="ChannelFunding.ExtraBlocks"/> from now.</param>
    /// <param name="usesWallet">Whether tokens may come from the wallet.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InsufficientFundsException">The account holds less than is needed.</exception>
    public async Task<FundingPlan> PlanAsync(
        PaymentChannel? channel, TokenAmount needed, TokenAmount wanted, BigInteger? expiration, bool usesWallet, CancellationToken cancellationToken)
    {
        var endTask = expiration is { } given ? Task.FromResult(given) : ExpirationAsync(cancellationToken);
        var (escrow, wallet, allowance) = (TokenAmount.Zero, TokenAmount.Zero, TokenAmount.Zero);
        if (channel is null || !wanted.IsZero)
        {
            var escrowTask = _escrow.GetEscrowAsync(cancellationToken);
            var walletTask = usesWallet ? _escrow.GetWalletAsync(cancellationToken) : Task.FromResult(TokenAmount.Zero);
            var allowanceTask = usesWallet ? _escrow.GetAllowanceAsync(cancellationToken) : Task.FromResult(TokenAmount.Zero);
            (escrow, wallet, allowance) = (await escrowTask.ConfigureAwait(false), await walletTask.ConfigureAwait(false), await allowanceTask.ConfigureAwait(false));
        }

        if (escrow + wallet < needed)
            throw new InsufficientFundsException(usesWallet ? "wallet and escrow" : "escrow", needed, escrow + wallet);
        var amount = TokenAmount.Min(wanted, escrow + wallet);
        var end = await endTask.ConfigureAwait(false);
        var (steps, fromWallet) = channel is null ? FundingSteps.ToOpen(amount, escrow, wallet, allowance) : FundingSteps.ToFill(amount, escrow, allowance);
        return new FundingPlan(needed, channel, amount, fromWallet, channel is null ? end : BigInteger.Max(channel.Expiration, end), steps, FundingSteps.GasOf(steps), BigInteger.Zero);
    }

    /// <summary>Carries a plan out.</summary>
    /// <returns>The channel as it is then.</returns>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public async Task<PaymentChannel> SendAsync(FundingPlan plan, CancellationToken cancellationToken)
    {
        TransactionReceipt? last = null;
        foreach (var step in plan.Steps.Where(step => step != FundingStep.Approve)) // what takes from the wallet approves it first
            last = await SendAsync(plan, step, cancellationToken).ConfigureAwait(false);

        // The transaction's success proves what the channel is now. Another node of the same address may not have heard of it yet, so none is asked:
        // it would look as if the channel were to be filled once more.
        var channel = plan.Channel is { } filled ? filled with { Value = filled.Value + plan.Amount, Expiration = plan.Expiration } : Opened(last!);
        services.Logger.ChannelFunded(channel.Id, channel.Value, channel.Expiration);
        return channel;
    }

    private Task<TransactionReceipt> SendAsync(FundingPlan plan, FundingStep step, CancellationToken cancellationToken)
    {
        object[] opening = [signer, group.PaymentAddress, Bytes32.FromGroupId(group.Id), plan.Amount.Cogs, plan.Expiration];
        return step switch
        {
            FundingStep.Deposit => _escrow.SpendWalletAsync(plan.FromWallet, EscrowContract.Deposit, [plan.FromWallet.Cogs], cancellationToken),
            FundingStep.DepositAndOpen => _escrow.SpendWalletAsync(plan.FromWallet, EscrowContract.DepositAndOpenChannel, opening, cancellationToken),
            FundingStep.Open => _escrow.SendEscrowAsync(EscrowContract.OpenChannel, opening, cancellationToken),
            FundingStep.Extend => _escrow.SendEscrowAsync(EscrowContract.ChannelExtend, [plan.Channel!.Id, plan.Expiration], cancellationToken),
            FundingStep.ExtendAndAddFunds => _escrow.SendEscrowAsync(
                EscrowContract.ChannelExtendAndAddFunds, [plan.Channel!.Id, plan.Expiration, plan.Amount.Cogs], cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "no such step"),
        };
    }

    private async Task<BigInteger> ExpirationAsync(CancellationToken cancellationToken) =>
        await services.Chain.Blocks.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false) + group.PaymentExpirationThreshold + _funding.ExtraBlocks;

    private PaymentChannel Opened(TransactionReceipt receipt)
    {
        var opened = receipt.Logs.First(log => log.Contract == services.Options.Network.Mpe && log.Topics[0] == EscrowContract.ChannelOpen.Topic);
        var values = EscrowContract.ChannelOpen.Decode(opened.Topics, opened.Data);
        return new PaymentChannel(
            (BigInteger)values[0], (BigInteger)values[1], (EthereumAddress)values[2], (EthereumAddress)values[3], (EthereumAddress)values[4],
            Convert.ToBase64String((byte[])values[5]), TokenAmount.FromCogs((BigInteger)values[6]), (BigInteger)values[7]);
    }
}
