using System.Numerics;
using Snet.Ethereum;
using Snet.Sdk.Sandbox.Chain;
using Snet.Sdk.Sandbox.Faults;

namespace Snet.Sdk.Sandbox;

/// <summary>An Ethereum node of the sandbox's own: JSON-RPC over a chain that holds the platform's three contracts, with a block for each transaction.</summary>
public sealed class SandboxChain : IAsyncDisposable
{
    private readonly Ledger _ledger;
    private readonly RpcMethods _methods;

    private SandboxChain(Ledger ledger, RpcMethods methods, LoopbackServer server, TimeProvider time) =>
        (_ledger, _methods, Server, Faults) = (ledger, methods, server, new NodeFaults(server, ledger, time));

    /// <summary>The node's JSON-RPC endpoint.</summary>
    public Uri Endpoint => Server.Endpoint;

    /// <summary>The latest block's number.</summary>
    public long BlockNumber
    {
        get
        {
            lock (_ledger.Gate)
                return _ledger.Clock.Latest;
        }
    }

    /// <summary>Whether each transaction gets a block at once, as it does from the start; otherwise they wait until <see cref="Mine"/>.</summary>
    public bool AutoMine
    {
        get
        {
            lock (_ledger.Gate)
                return _ledger.AutoMine;
        }

        set
        {
            lock (_ledger.Gate)
                _ledger.AutoMine = value;
        }
    }

    /// <summary>The most blocks that one search for events may cover, as nodes that many share have it; null (as from the start) for any number.</summary>
    public long? MaxLogRange
    {
        get
        {
            lock (_ledger.Gate)
                return _methods.MaxLogRange;
        }

        set
        {
            lock (_ledger.Gate)
                _methods.MaxLogRange = value;
        }
    }

    /// <summary>Faults on order.</summary>
    public NodeFaults Faults { get; }

    /// <summary>The chain itself; whoever uses it holds its gate.</summary>
    internal Ledger Ledger => _ledger;

    /// <summary>The HTTP server, whose gate every request passes.</summary>
    internal LoopbackServer Server { get; }

    /// <summary>Lets blocks come. Any number costs nothing: what is in them is made when somebody asks.</summary>
    /// <param name="blocks">How many; at least 1.</param>
    public void Mine(long blocks = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        lock (_ledger.Gate)
            _ledger.Mine(blocks);
    }

    /// <summary>Gives tokens and ether out of nothing, without a block or an event.</summary>
    /// <param name="account">Who gets them.</param>
    /// <param name="cogs">Tokens in their smallest unit; added to the wallet.</param>
    /// <param name="wei">Ether in its smallest unit; added to the balance.</param>
    public void Fund(EthereumAddress account, BigInteger cogs, BigInteger wei)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cogs);
        ArgumentOutOfRangeException.ThrowIfNegative(wei);
        lock (_ledger.Gate)
            _ledger.Fund(account, cogs, wei);
    }

    /// <summary>Starts a chain at block 0, which holds nothing but the contracts.</summary>
    internal static async Task<SandboxChain> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var ledger = new Ledger(time);
        var methods = new RpcMethods(ledger);
        var server = await LoopbackServer.StartAsync(new RpcEndpoint(methods).AnswerAsync, cancellationToken).ConfigureAwait(false);
        return new SandboxChain(ledger, methods, server, time);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
