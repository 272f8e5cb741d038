using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>The SDK's way to the chain: reads contracts and names every failure as an <see cref="EthereumRpcException"/>.</summary>
internal sealed class ChainGateway(EthereumClient client, SnetNetwork network, TimeProvider time)
{
    private volatile bool _chainChecked;
    private BigInteger? _escrowBlock;

    public BlockClock Blocks { get; } = new(client, time);

    public EthereumClient Client => client;

    /// <summary>Reads a contract.</summary>
    /// <exception cref="EthereumRpcException">The node failed, or the contract is not at its address.</exception>
    public Task<object[]> ReadAsync(EthereumAddress contract, AbiFunction function, object[] arguments, CancellationToken cancellationToken) =>
        GuardAsync(
            () => client.CallAsync(contract, function, arguments, cancellationToken),
            $"{function.Signature} of {contract}: is this the right network ({network})?");

    /// <summary>Compares the node's chain with the network's, once, before the first signature.</summary>
    /// <exception cref="EthereumRpcException">The node is on another chain.</exception>
    public async Task EnsureChainAsync(CancellationToken cancellationToken)
    {
        if (_chainChecked)
            return;
        var id = await GuardAsync(() => client.GetChainIdAsync(cancellationToken), "eth_chainId").ConfigureAwait(false);
        if (id != network.ChainId)
            throw new EthereumRpcException($"The node is on chain {id} and the network is {network}. Nothing was signed.", "the node", -32000);
        _chainChecked = true;
    }

    /// <summary>Gives the block before which no channel can have been opened.</summary>
    public async Task<BigInteger> GetEscrowBlockAsync(CancellationToken cancellationToken)
    {
        if (_escrowBlock is { } known)
            return known;
        if (network.EscrowDeployment is not { } hash)
            return BigInteger.Zero;
        var receipt = await GuardAsync(() => client.GetReceiptAsync(hash, cancellationToken), "eth_getTransactionReceipt").ConfigureAwait(false);
        var block = receipt?.Block ?? BigInteger.Zero;
        _escrowBlock = block;
        return block;
    }

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
        catch (Exception e) when (e is FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new EthereumRpcException($"The node's answer to {what} makes no sense: {e.Message}", "the node", innerException: e);
        }
    }
}
