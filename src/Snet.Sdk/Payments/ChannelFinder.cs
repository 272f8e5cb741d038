using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;

namespace Snet.Sdk.Payments;

/// <summary>Finds an account's channels by the topics that the contract indexes: sender, recipient, group (protocol b.4).</summary>
internal sealed class ChannelFinder(ChainGateway chain, SnetNetwork network)
{
    private static readonly BigInteger SmallestRange = 100;

    /// <summary>Gives the numbers of the channels, oldest first.</summary>
    public async Task<IReadOnlyList<BigInteger>> FindAsync(
        EthereumAddress sender, EthereumAddress recipient, byte[] groupId, CancellationToken cancellationToken)
    {
        var first = chain.GetEscrowBlockAsync(cancellationToken);
        var last = chain.Blocks.GetAsync(TimeSpan.Zero, cancellationToken);
        string?[] topics =
        [
            EscrowContract.ChannelOpen.Topic, AbiEvent.Topic32("address", sender), AbiEvent.Topic32("address", recipient), AbiEvent.Topic32("bytes32", groupId),
        ];
        var logs = await ReadRangeAsync(topics, await first.ConfigureAwait(false), await last.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return [.. logs.Select(log => (BigInteger)EscrowContract.ChannelOpen.Decode(log.Topics, log.Data)[0])];
    }

    // Many nodes limit the blocks or the results of one request, each in its own words; half the range is asked then.
    private async Task<IEnumerable<EthereumLog>> ReadRangeAsync(
        string?[] topics, BigInteger first, BigInteger last, CancellationToken cancellationToken)
    {
        try
        {
            return await ChainGateway.GuardAsync(
                () => chain.Client.GetLogsAsync(network.Mpe, topics, first, last, cancellationToken), "eth_getLogs").ConfigureAwait(false);
        }
        catch (EthereumRpcException e) when (e.RpcCode != 0 && last - first > SmallestRange)
        {
            var middle = (first + last) / 2;
            var older = await ReadRangeAsync(topics, first, middle, cancellationToken).ConfigureAwait(false);
            return older.Concat(await ReadRangeAsync(topics, middle + 1, last, cancellationToken).ConfigureAwait(false));
        }
    }
}
