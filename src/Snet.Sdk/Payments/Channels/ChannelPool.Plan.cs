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
    public async Task<PaymentChannel> OpenAsync(TokenAmount amount, BigInteger? expiration, bool usesWallet, CancellationToken cancellationToken) =>
        await FundAsync(await _funder.PlanAsync(null, amount, amount, expiration, usesWallet, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Carries a plan out.</summary>
    public async Task<PaymentChannel> FundAsync(FundingPlan plan, CancellationToken cancellationToken)
    {
        await _funding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _mayHaveChanged = true;
            var channel = await _funder.SendAsync(plan, cancellationToken).ConfigureAwait(false);
            await ReloadAsync(cancellationToken).ConfigureAwait(false);
            _mayHaveChanged = false;
            return channel;
        }
        finally
        {
            _funding.Release();
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
