using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>The SDK's way to the chain: reads contracts and names every failure as an <see cref="EthereumRpcException"/>.</summary>
internal sealed class ChainGateway(EthereumClient client, SnetNetwork network, TimeProvider time)
{
    private readonly LogRange _logRange = new();
    private volatile bool _chainChecked;
    private BigInteger? _escrowBlock;

    public BlockClock Blocks { get; } = new(client, time);

    public EthereumClient Client => client;

    public TimeProvider Time => time;

    /// <summary>Reads a contract.</summary>
    /// <exception cref="EthereumRpcException">The node failed, or the contract is not at its address.</exception>
    public Task<object[]> ReadAsync(EthereumAddress contract, AbiFunction function, object[] arguments, CancellationToken cancellationToken) =>
        GuardAsync(() => client.CallAsync(contract, function, arguments, cancellationToken), What(contract, function));

    /// <summary>Reads a contract with several arguments, in one request where the node takes batches.</summary>
    /// <exception cref="EthereumRpcException">The node failed, or the contract is not at its address.</exception>
    public Task<IReadOnlyList<object[]>> ReadManyAsync(
        EthereumAddress contract, AbiFunction function, IEnumerable<object[]> arguments, CancellationToken cancellationToken) =>
        GuardAsync(() => client.CallManyAsync(contract, function, arguments, cancellationToken), What(contract, function));

    /// <summary>Begins a search for a contract's logs.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="topics">What each topic must be; null for any.</param>
    public LogSearch Search(EthereumAddress contract, params string?[] topics) => new(client, _logRange, contract, topics);

    /// <summary>Compares the node's chain with the network's, once, before the first signature.</summary>
    /// <exception cref="EthereumRpcException">The node is on another chain.</exception>
    public async Task EnsureChainAsync(CancellationToken cancellationToken)
    {
        if (!_chainChecked)
            Check(await GuardAsync(() => client.GetChainIdAsync(cancellationToken), "eth_chainId").ConfigureAwait(false));
    }

    /// <summary>Looks at the chain as it is now, and compares its id with the network's: one request where the node takes batches.</summary>
    /// <param name="earlier">The number of an earlier block whose hash is wanted; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="EthereumRpcException">The node failed, or is on another chain.</exception>
    public async Task<ChainView> LookAsync(BigInteger? earlier, CancellationToken cancellationToken)
    {
        var deployment = _escrowBlock is null ? network.EscrowDeployment : null;
        var view = await GuardAsync(() => client.LookAsync(earlier, deployment, cancellationToken), "a look at the chain").ConfigureAwait(false);
        Check(view.ChainId);
        Blocks.Asked(view.Head);
        _escrowBlock ??= view.TransactionBlock;
        return view;
    }

    /// <summary>The block before which no channel can have been opened, as far as <see cref="LookAsync"/> has found it.</summary>
    public BigInteger FirstEscrowBlock => _escrowBlock ?? BigInteger.Zero;

    private void Check(BigInteger chainId)
    {
        if (chainId != network.ChainId)
            throw new EthereumRpcException($"The node is on chain {chainId} and the network is {network}. Nothing was signed.", "the node", -32000);
        _chainChecked = true;
    }

    private string What(EthereumAddress contract, AbiFunction function) => $"{function.Signature} of {contract}: is this the right network ({network})?";

    /// <summary>Turns what a node does wrong into the SDK's error.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> read, string what)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (JsonRpcException e)
        {
            throw new EthereumRpcException(e);
        }
        catch (Exception e) when (e is FormatException or KeyNotFoundException or (InvalidOperationException and not ObjectDisposedException))
        {
            throw new EthereumRpcException($"The node's answer to {what} makes no sense: {e.Message}", "the node", innerException: e);
        }
    }
}
