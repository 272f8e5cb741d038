using System.Numerics;
using Microsoft.Extensions.Logging;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;

namespace Snet.Sdk.Payments.Channels;

/// <summary>What one account does with the token and the escrow contract: balances read, transactions sent and checked.</summary>
internal sealed class EscrowAccount : IDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private readonly ChainGateway _chain;
    private readonly SnetNetwork _network;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TransactionSender? _sender;
    private readonly SemaphoreSlim _allowance = new(1, 1);

    public EscrowAccount(ChainGateway chain, SnetClientOptions options, ILogger logger)
    {
        (_chain, _network, _logger, _time) = (chain, options.Network, logger, options.TimeProvider);
        if (options.Signer is not { } signer)
            return;
        Owner = signer.Address;
        _sender = new TransactionSender(
            chain.Client, signer.Address, options.Network.ChainId, signer.SignTransactionAsync,
            new TransactionLimits(options.TransactionTimeout, TimeSpan.FromSeconds(2), options.TimeProvider) { MaxFeePerGas = options.MaxFeePerGas }, Tell);
    }

    /// <summary>The account; zero without a signer.</summary>
    public EthereumAddress Owner { get; }

    public Task<TokenAmount> GetWalletAsync(CancellationToken cancellationToken) =>
        ReadAmountAsync(_network.Token, TokenContract.BalanceOf, [Owner], cancellationToken);

    public Task<TokenAmount> GetEscrowAsync(CancellationToken cancellationToken) =>
        ReadAmountAsync(_network.Mpe, EscrowContract.Balances, [Owner], cancellationToken);

    /// <summary>Reads a channel; null when there is none with this number.</summary>
    public async Task<PaymentChannel?> GetChannelAsync(BigInteger id, CancellationToken cancellationToken)
    {
        var values = await _chain.ReadAsync(_network.Mpe, EscrowContract.Channels, [id], cancellationToken).ConfigureAwait(false);
        return ToChannel(id, values);
    }

    /// <summary>Reads channels, in one request where the node takes batches; null for those that do not exist.</summary>
    public async Task<IReadOnlyList<PaymentChannel?>> GetChannelsAsync(IReadOnlyList<BigInteger> ids, CancellationToken cancellationToken)
    {
        var channels = await _chain.ReadManyAsync(_network.Mpe, EscrowContract.Channels, ids.Select(id => new object[] { id }), cancellationToken).ConfigureAwait(false);
        return [.. ids.Zip(channels, ToChannel)];
    }

    /// <summary>Sends a transaction with which the escrow contract takes an amount from the wallet, allowing it exactly that first, unless it may already.</summary>
    /// <remarks>One after the other: an allowance is one number, which the next approval overwrites and whatever is still under way uses up.</remarks>
    public async Task<TransactionReceipt> SpendWalletAsync(TokenAmount amount, AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        await _allowance.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await WaitForEarlierAsync(cancellationToken).ConfigureAwait(false);
            if (await GetAllowanceAsync(cancellationToken).ConfigureAwait(false) < amount)
                await SendAsync(_network.Token, TokenContract.Approve, [_network.Mpe, amount.Cogs], cancellationToken).ConfigureAwait(false);
            return await SendAsync(_network.Mpe, function, arguments, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _allowance.Release();
        }
    }

    public Task<TokenAmount> GetAllowanceAsync(CancellationToken cancellationToken) =>
        ReadAmountAsync(_network.Token, TokenContract.Allowance, [Owner, _network.Mpe], cancellationToken);

    /// <summary>Waits until the node has seen what this account sent before, be it from another process.</summary>
    /// <returns>Whether there was anything to wait for.</returns>
    /// <exception cref="TransactionFailedException">It is in no block in time, as far as the node knows.</exception>
    public async Task<bool> WaitForEarlierAsync(CancellationToken cancellationToken)
    {
        var sender = _sender ?? throw Signers.Missing();
        try
        {
            return await ChainGateway.GuardAsync(() => sender.WaitForEarlierAsync(cancellationToken), "eth_getTransactionCount").ConfigureAwait(false);
        }
        catch (TransactionException e)
        {
            throw Failed(e.Message, e);
        }
    }

    /// <summary>Looks at balances and moves tokens accordingly; both once more when the contract refuses what the look had allowed.</summary>
    /// <remarks>
    /// Another process of the account can come in between, and take the tokens or use up the allowance that was read. What is refused moves nothing. Balances
    /// that are read one after the other can seem too small meanwhile, so a lack is believed when two looks agree on it.
    /// </remarks>
    /// <param name="lookAndSend">Reads everything anew each time.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InsufficientFundsException">The account holds too little.</exception>
    /// <exception cref="TransactionFailedException">The contract refuses each time, or nobody knows yet.</exception>
    public async Task<T> RepeatAsync<T>(Func<Task<T>> lookAndSend, CancellationToken cancellationToken)
    {
        InsufficientFundsException? lack = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await lookAndSend().ConfigureAwait(false);
            }
            catch (InsufficientFundsException e) when (e.IsOfTokens && e.Available != lack?.Available && attempt < Attempts)
            {
                lack = e;
                continue;
            }
            catch (TransactionFailedException e) when (e.IsRevert && attempt < Attempts)
            {
                _logger.TransactionsPlannedAgain(e.RevertReason);
            }

            // Some time at random, so that two processes do not meet again and again.
            await Task.Delay(FirstPause * attempt * (1 + Random.Shared.NextDouble()), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a transaction to the escrow contract and waits until it succeeded.</summary>
    public Task<TransactionReceipt> SendEscrowAsync(AbiFunction function, object[] arguments, CancellationToken cancellationToken) =>
        SendAsync(_network.Mpe, function, arguments, cancellationToken);

    public void Dispose() => _sender?.Dispose(); // not the semaphore: whoever waits for it would wait for ever

    private static PaymentChannel? ToChannel(BigInteger id, object[] values) => (EthereumAddress)values[1] is { IsZero: false } sender
        ? new PaymentChannel(
            id, (BigInteger)values[0], sender, (EthereumAddress)values[2], (EthereumAddress)values[3],
            Convert.ToBase64String((byte[])values[4]), TokenAmount.FromCogs((BigInteger)values[5]), (BigInteger)values[6])
        : null;

    private async Task<TransactionReceipt> SendAsync(
        EthereumAddress contract, AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        var sender = _sender ?? throw Signers.Missing();
        await _chain.EnsureChainAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var receipt = await ChainGateway.GuardAsync(
                () => sender.SendAsync(contract, function.Encode(arguments), cancellationToken), function.Signature).ConfigureAwait(false);
            _chain.Blocks.Saw(receipt.Block);
            _logger.TransactionMined(receipt.Hash, (long)receipt.GasUsed);
            _logger.TransactionFunction(receipt.Hash, function.Signature, contract);
            return receipt;
        }
        catch (TransactionException e) when (e.GasNeeded is { } needed)
        {
            throw InsufficientFundsException.Gas(Owner, needed, e.GasAvailable ?? BigInteger.Zero, e);
        }
        catch (TransactionException e)
        {
            throw Failed($"{function.Signature}: {e.Message}", e);
        }
    }

    private TransactionFailedException Failed(string message, TransactionException e) =>
        new(message, e.Hash, e.Reason, e.IsPending, e.Hash is null ? null : _network.DescribeTransaction(e.Hash), e) { IsTransient = e.IsTransient, IsRevert = e.IsRevert };

    private void Tell(TransactionStep step, SentTransaction sent)
    {
        switch (step)
        {
            case TransactionStep.Sent: _logger.TransactionSent(sent.Hash, sent.Latest.To, sent.Nonce); break;
            case TransactionStep.SentAgain: _logger.TransactionSentAgain(sent.Hash, sent.Nonce); break;
            case TransactionStep.Replaced: _logger.TransactionReplaced(sent.Hash, sent.Nonce, sent.Latest.MaxFeePerGas); break;
            case TransactionStep.Left: _logger.TransactionLeft(sent.Hash, sent.Nonce); break;
        }
    }

    private async Task<TokenAmount> ReadAmountAsync(
        EthereumAddress contract, AbiFunction function, object[] arguments, CancellationToken cancellationToken) =>
        TokenAmount.FromCogs((BigInteger)(await _chain.ReadAsync(contract, function, arguments, cancellationToken).ConfigureAwait(false))[0]);
}
