using System.Numerics;
using Snet.Sdk.Accounts;
using Snet.Sdk.Services;

namespace Snet.Sdk.Payments.Channels;

internal sealed partial class ChannelPool
{
    /// <summary>Plans how a channel comes to pay an amount. Nothing is sent.</summary>
    public async Task<FundingPlan> PlanAsync(TokenAmount needed, DaemonConnection daemon, CancellationToken cancellationToken)
    {
        var price = await ChainGateway.GuardAsync(() => ReadGasPriceAsync(cancellationToken), "eth_maxPriorityFeePerGas").ConfigureAwait(false);
        await ReloadAsync(cancellationToken).ConfigureAwait(false);
        var block = await _chain.Blocks.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var readings = await Task.WhenAll(_queue.Sessions.Select(session =>
            _reader.ReadAsync(session.Channel, isDoubted: false, readsChain: false, daemon, cancellationToken))).ConfigureAwait(false);
        var best = readings.OrderByDescending(r => r.State.Spendable >= needed && IsAlive(r.Channel, block)).ThenByDescending(r => r.State.Spendable).FirstOrDefault();
        var plan = best is null
            ? await _funder.PlanAsync(null, needed, needed, null, _options.Funding.DepositFromWallet, cancellationToken).ConfigureAwait(false)
            : await PlanAsync(best, needed, block, cancellationToken).ConfigureAwait(false);
        return plan with { Needed = needed, GasPrice = price };
    }

    /// <summary>Opens a channel by hand.</summary>
    public Task<PaymentChannel> OpenAsync(TokenAmount amount, BigInteger? expiration, bool usesWallet, CancellationToken cancellationToken) =>
        FundAsync(() => _funder.PlanAsync(null, amount, amount, expiration, usesWallet, cancellationToken), cancellationToken);

    /// <summary>Carries a plan out. Where another process has come in between, the same is planned again from what is there now, and takes from the wallet only if the plan did.</summary>
    public Task<PaymentChannel> FundAsync(FundingPlan plan, CancellationToken cancellationToken)
    {
        var isFirst = true;
        return FundAsync(PlanAsync, cancellationToken);

        async Task<FundingPlan> PlanAsync()
        {
            if (isFirst)
            {
                isFirst = false;
                return plan;
            }

            var channel = plan.Channel is { } known ? await _escrow.GetChannelAsync(known.Id, cancellationToken).ConfigureAwait(false) : null;
            return await _funder.PlanAsync(channel ?? plan.Channel, plan.Amount, plan.Amount, plan.Expiration, !plan.FromWallet.IsZero, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<PaymentChannel> FundAsync(Func<Task<FundingPlan>> planAsync, CancellationToken cancellationToken)
    {
        return (await FundAsync(() => false, SendAsync, cancellationToken).ConfigureAwait(false))!;

        async Task<PaymentChannel?> SendAsync()
        {
            var channel = await _funder.SendAsync(await planAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            await ReloadChangedAsync(cancellationToken).ConfigureAwait(false);
            return channel;
        }
    }

    private async Task<BigInteger> ReadGasPriceAsync(CancellationToken cancellationToken) =>
        await _chain.Client.GetBaseFeeAsync(cancellationToken).ConfigureAwait(false) + await _chain.Client.GetPriorityFeeAsync(cancellationToken).ConfigureAwait(false);

    private async Task<FundingPlan> PlanAsync(ChannelReading reading, TokenAmount needed, BigInteger block, CancellationToken cancellationToken)
    {
        var missing = ChannelFunder.Missing(reading.State, needed);
        return missing.IsZero && IsAlive(reading.Channel, block)
            ? new FundingPlan(needed, reading.Channel, TokenAmount.Zero, TokenAmount.Zero, reading.Channel.Expiration, [], 0, BigInteger.Zero)
            : await _funder.PlanAsync(reading.Channel, missing, missing, null, _options.Funding.DepositFromWallet, cancellationToken).ConfigureAwait(false);
    }
}
