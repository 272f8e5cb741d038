using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The chain itself: accounts, contracts, blocks and what is in them. Whoever uses it holds <see cref="Gate"/>.</summary>
internal sealed class Ledger
{
    /// <summary>What each unit of gas costs at least, in wei. It never moves here.</summary>
    public static readonly BigInteger BaseFee = 1_000_000_000;

    private readonly Dictionary<EthereumAddress, Contract> _contracts;
    private readonly Dictionary<long, List<MinedTransaction>> _blocks = [];
    private readonly Dictionary<string, MinedTransaction> _mined = [];
    private readonly WorldState _world = new();
    private readonly StateMap<EthereumAddress, Account> _accounts;
    private readonly SandboxToken _token;
    private bool _autoMine = true;

    /// <summary>Starts a chain whose block 0 holds the contracts.</summary>
    public Ledger(TimeProvider time)
    {
        Clock = new BlockClock(Network.ChainId, time);
        _accounts = new(_world, default, slots: 0);
        _token = new SandboxToken(Network.Token, _world);
        Contract[] contracts = [_token, new SandboxEscrow(Network.Mpe, _token, _world), new SandboxRegistry(Network.Registry, _world)];
        _contracts = contracts.ToDictionary(contract => contract.Address);
    }

    /// <summary>The lock around everything here.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The blocks' numbers, times and hashes.</summary>
    public BlockClock Clock { get; }

    /// <summary>The transactions that wait.</summary>
    public TransactionPool Pool { get; } = new();

    /// <summary>Whether each transaction gets its block at once; otherwise they wait for <see cref="Mine"/>.</summary>
    public bool AutoMine
    {
        get => _autoMine;
        set
        {
            _autoMine = value;
            MineReady();
        }
    }

    /// <summary>Lets blocks come. The first takes all transactions that wait for one.</summary>
    public void Mine(long count)
    {
        var number = Clock.Latest + 1;
        while (Payable() is { Count: > 0 } ready)
            ready.ForEach(transaction => Execute(transaction, number));
        Clock.Add(count);
    }

    /// <summary>Takes the last blocks back.</summary>
    /// <param name="count">How many; block 0 stays.</param>
    /// <param name="forget">Whether their transactions are gone; otherwise they wait for a block again.</param>
    public void TakeBack(long count, bool forget)
    {
        var last = Math.Max(0, Clock.Latest - count);
        var gone = TransactionsOf(last + 1, Clock.Latest).ToList();
        Clock.TakeBack(last);
        _world.TakeBack(last);
        foreach (var mined in gone)
        {
            _blocks.Remove(mined.Block);
            _mined.Remove(mined.Transaction.Hash);
            if (!forget)
                Pool.Add(mined.Transaction);
        }
    }

    /// <summary>Gives tokens and ether out of nothing.</summary>
    public void Fund(EthereumAddress account, BigInteger cogs, BigInteger wei) => _world.Set(Clock.Latest, () =>
    {
        var had = _accounts[account];
        _accounts[account] = had with { Balance = had.Balance + wei };
        _token.Mint(account, cogs);
    });

    /// <summary>Gives an account as of a block.</summary>
    public Account AccountAt(EthereumAddress address, long block) =>
        _world.Try(block, new GasMeter(long.MaxValue), () => _accounts[address]);

    /// <summary>Whether a contract is at an address.</summary>
    public bool IsContract(EthereumAddress address) => _contracts.ContainsKey(address);

    /// <summary>Gives a block's transactions.</summary>
    public IReadOnlyList<MinedTransaction> TransactionsOf(long block) => _blocks.TryGetValue(block, out var list) ? list : [];

    /// <summary>Gives the transactions of a range of blocks that has any number of empty ones.</summary>
    public IEnumerable<MinedTransaction> TransactionsOf(long from, long to) => _blocks
        .Where(block => block.Key >= from && block.Key <= to).OrderBy(block => block.Key).SelectMany(block => block.Value);

    /// <summary>Finds a transaction that is in a block.</summary>
    public MinedTransaction? FindMined(string hash) => _mined.GetValueOrDefault(hash);

    /// <summary>Runs a call as of a block and takes back what it changed.</summary>
    /// <returns>The answer, and the gas that it used.</returns>
    /// <exception cref="RevertException">The contract refuses.</exception>
    /// <exception cref="OutOfGasException">The gas does not suffice.</exception>
    public (byte[] Answer, long Gas) Try(EthereumAddress from, EthereumAddress to, BigInteger value, byte[] data, long gasLimit, long block)
    {
        var meter = new GasMeter(gasLimit);
        return _world.Try(block, meter, () => (Run(from, to, value, data, block, meter, []), meter.Used));
    }

    /// <summary>Takes in a transaction.</summary>
    /// <exception cref="RpcException">It breaks a rule that nodes check before they take one in; the texts are geth's.</exception>
    public void Send(SignedTransaction transaction)
    {
        TransactionRules.Check(transaction, AccountAt(transaction.From, Clock.Latest), Pool);
        Pool.Add(transaction);
        MineReady();
    }

    private void MineReady()
    {
        while (_autoMine && Payable() is [var next, ..])
        {
            Execute(next, Clock.Latest + 1);
            Clock.Add(1);
        }
    }

    // The next of each sender, without those whose sender has spent the money since.
    private List<SignedTransaction> Payable()
    {
        var ready = Pool.Ready(address => AccountAt(address, Clock.Latest + 1).Nonce)
            .ToLookup(transaction => transaction.Cost <= AccountAt(transaction.From, Clock.Latest + 1).Balance);
        foreach (var transaction in ready[false])
            Pool.Remove(transaction);
        return [.. ready[true]];
    }

    private void Execute(SignedTransaction transaction, long block)
    {
        Pool.Remove(transaction);
        var meter = new GasMeter((long)transaction.GasLimit);
        var logs = new List<EmittedLog>();
        var failure = _world.Change(
            block, meter, () => Run(transaction.From, transaction.To, transaction.Value, transaction.Data, block, meter, logs));
        if (failure is not null)
            logs.Clear();
        _world.Set(block, () =>
        {
            var had = _accounts[transaction.From];
            _accounts[transaction.From] = new Account(had.Balance - (meter.Used * transaction.PriceAt(BaseFee)), had.Nonce + 1);
        });
        Enter(transaction, block, failure is null, meter.Used, logs);
    }

    private void Enter(SignedTransaction transaction, long block, bool succeeded, long gas, List<EmittedLog> logs)
    {
        if (!_blocks.TryGetValue(block, out var list))
            _blocks[block] = list = [];
        var mined = new MinedTransaction(
            transaction, block, list.Count, succeeded, gas, gas + (list.Count == 0 ? 0 : list[^1].CumulativeGas), list.Sum(other => other.Logs.Count), logs);
        list.Add(mined);
        _mined[transaction.Hash] = mined;
    }

    private byte[] Run(
        EthereumAddress from, EthereumAddress to, BigInteger value, byte[] data, long block, GasMeter meter, List<EmittedLog> logs)
    {
        meter.Use(GasMeter.Intrinsic(data));
        if (_contracts.TryGetValue(to, out var contract))
        {
            RevertException.Require(value.IsZero); // no function of theirs takes ether
            return contract.Run(new Call(from, to, block, logs, meter), data);
        }

        _accounts[from] = _accounts[from] with { Balance = _accounts[from].Balance - value };
        _accounts[to] = _accounts[to] with { Balance = _accounts[to].Balance + value };
        return [];
    }
}
