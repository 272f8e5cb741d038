using System.Numerics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox;

/// <summary>An Ethereum node of the sandbox's own: JSON-RPC over a chain that holds the platform's three contracts, with a block for each transaction.</summary>
public sealed class SandboxChain : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private long _block;

    private SandboxChain(LoopbackServer server) => _server = server;

    /// <summary>The node's JSON-RPC endpoint.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>The latest block's number.</summary>
    public long BlockNumber => Volatile.Read(ref _block);

    /// <summary>Lets blocks come. Any number costs nothing: what is in them is made when somebody asks.</summary>
    /// <param name="blocks">How many; at least 1.</param>
    public void Mine(long blocks = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        Interlocked.Add(ref _block, blocks);
    }

    /// <summary>Gives tokens and ether out of nothing.</summary>
    /// <param name="account">Who gets them.</param>
    /// <param name="cogs">Tokens in their smallest unit; added to the wallet.</param>
    /// <param name="wei">Ether in its smallest unit; added to the balance.</param>
    public void Fund(EthereumAddress account, BigInteger cogs, BigInteger wei)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cogs);
        ArgumentOutOfRangeException.ThrowIfNegative(wei);
        lock (_funds)
            _funds[account] = _funds.TryGetValue(account, out var had) ? (had.Cogs + cogs, had.Wei + wei) : (cogs, wei);
    }

    private readonly Dictionary<EthereumAddress, (BigInteger Cogs, BigInteger Wei)> _funds = [];

    internal static async Task<SandboxChain> StartAsync(SandboxOptions options, CancellationToken cancellationToken) =>
        new(await LoopbackServer.StartAsync(HttpProtocols.Http1, context =>
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
