using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Accounts;

/// <summary>The account that pays: its balances, its escrow, its receipts.</summary>
public class SnetAccount
{
    private readonly SnetClient _client;

    internal SnetAccount(SnetClient client) => _client = client;

    /// <summary>For stand-ins in tests.</summary>
    protected SnetAccount() => _client = null!;

    /// <summary>The account's address.</summary>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    public virtual EthereumAddress Address => _client.RequireSigner().Address;

    /// <summary>Reads what the account holds.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Wallet, escrow and ether.</returns>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<AccountBalance> GetBalanceAsync(CancellationToken cancellationToken = default)
    {
        var address = Address;
        var wallet = _client.Escrow.GetWalletAsync(cancellationToken);
        var escrow = _client.Escrow.GetEscrowAsync(cancellationToken);
        var wei = ChainGateway.GuardAsync(() => _client.Chain.Client.GetBalanceAsync(address, cancellationToken), "eth_getBalance");
        return new AccountBalance(await wallet.ConfigureAwait(false), await escrow.ConfigureAwait(false), await wei.ConfigureAwait(false));
    }

    /// <summary>Reads what the account has and where: wallet, escrow, channels to every provider, and what of that can be taken back when.</summary>
    /// <remarks>The first time the contract's events are searched for channels; with a data directory the next client goes on from there.</remarks>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The funds.</returns>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<AccountFunds> GetFundsAsync(CancellationToken cancellationToken = default)
    {
        _ = _client.RequireSigner();
        var balance = GetBalanceAsync(cancellationToken);
        var (block, channels) = await new FundsReader(_client.Payments).ReadAsync(cancellationToken).ConfigureAwait(false);
        var (wallet, escrow, wei) = await balance.ConfigureAwait(false);
        return new AccountFunds(wallet, escrow, wei, block, channels);
    }

    /// <summary>Takes everything back from all channels that have expired, to whatever provider; it returns to escrow.</summary>
    /// <remarks>One transaction for each such channel, which costs gas. <see cref="WithdrawAsync"/> brings tokens from escrow into the wallet.</remarks>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>What came back.</returns>
    /// <exception cref="InvalidOperationException">The client has no signer.</exception>
    /// <exception cref="InsufficientFundsException">There is too little ether for gas.</exception>
    /// <exception cref="TransactionFailedException">The contract refused; what came back before that is in escrow.</exception>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public virtual async Task<TokenAmount> ReclaimAllAsync(CancellationToken cancellationToken = default)
    {
        _ = _client.RequireSigner();
        var reader = new FundsReader(_client.Payments);
        var (_, channels) = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var sum = TokenAmount.Zero;
        foreach (var (channel, _, _) in channels.Where(c => c.IsExpired))
        {
            await reader.ReclaimAsync(channel, cancellationToken).ConfigureAwait(false);
            sum += channel.Value;
        }

        if (!sum.IsZero)
            await _client.ReloadChannelsAsync(cancellationToken).ConfigureAwait(false);
        return sum;
    }

    /// <summary>Moves tokens from the wallet into escrow, allowing the contract exactly that amount.</summary>
    /// <param name="amount">Above nothing.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>When it is done.</returns>
    /// <exception cref="InsufficientFundsException">The wallet holds less, or has too little ether for gas.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual async Task DepositAsync(TokenAmount amount, CancellationToken cancellationToken = default)
    {
        Check(amount);
        await _client.Escrow.RepeatAsync(DepositAsync, cancellationToken).ConfigureAwait(false);

        async Task<TransactionReceipt> DepositAsync()
        {
            var wallet = await _client.Escrow.GetWalletAsync(cancellationToken).ConfigureAwait(false);
            if (wallet < amount)
                throw new InsufficientFundsException("wallet", amount, wallet);
            return await _client.Escrow.SpendWalletAsync(amount, EscrowContract.Deposit, [amount.Cogs], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Moves tokens from escrow back into the wallet.</summary>
    /// <param name="amount">Above nothing.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>When it is done.</returns>
    /// <exception cref="InsufficientFundsException">Escrow holds less, or there is too little ether for gas.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual Task WithdrawAsync(TokenAmount amount, CancellationToken cancellationToken = default) =>
        SpendEscrowAsync(amount, EscrowContract.Withdraw, [amount.Cogs], cancellationToken);

    /// <summary>Moves tokens from this account's escrow into another's.</summary>
    /// <param name="receiver">Whose escrow.</param>
    /// <param name="amount">Above nothing.</param>
    /// <param name="cancellationToken">Ends the waiting; a transaction that was sent is carried out all the same.</param>
    /// <returns>When it is done.</returns>
    /// <exception cref="ArgumentException">The receiver is the zero address.</exception>
    /// <exception cref="InsufficientFundsException">Escrow holds less, or there is too little ether for gas.</exception>
    /// <exception cref="TransactionFailedException">The contract refused.</exception>
    public virtual Task TransferAsync(EthereumAddress receiver, TokenAmount amount, CancellationToken cancellationToken = default) => receiver.IsZero
        ? throw new ArgumentException("The receiver is the zero address; tokens sent there are lost.", nameof(receiver))
        : SpendEscrowAsync(amount, EscrowContract.Transfer, [receiver, amount.Cogs], cancellationToken);

    /// <summary>Lists what was signed for this account, oldest first.</summary>
    /// <remarks>
    /// With <see cref="SnetClientOptions.DataDirectory"/>: by all clients on that directory, from its first day; files are read as the listing goes on. Without: by
    /// this client, the last 10,000 and those whose fate is open.
    /// </remarks>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The receipts as they are now.</returns>
    /// <exception cref="DataDirectoryException">A file cannot be read or understood.</exception>
    public virtual IAsyncEnumerable<PaymentReceipt> ListReceiptsAsync(CancellationToken cancellationToken = default) =>
        _client.Payments.Receipts.ListAsync(cancellationToken);

    private async Task SpendEscrowAsync(TokenAmount amount, AbiFunction function, object[] arguments, CancellationToken cancellationToken)
    {
        Check(amount);
        var escrow = await _client.Escrow.GetEscrowAsync(cancellationToken).ConfigureAwait(false);
        if (escrow < amount)
            throw new InsufficientFundsException("escrow", amount, escrow);
        await _client.Escrow.SendEscrowAsync(function, arguments, cancellationToken).ConfigureAwait(false);
    }

    private void Check(TokenAmount amount)
    {
        _ = _client.RequireSigner();
        if (amount.IsZero)
            throw new ArgumentOutOfRangeException(nameof(amount), "Give an amount above nothing.");
    }
}
