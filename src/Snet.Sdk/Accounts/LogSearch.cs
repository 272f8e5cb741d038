using System.Numerics;
using System.Runtime.CompilerServices;
using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>Searches a contract's logs over any number of blocks, in as few requests as the node allows.</summary>
internal sealed class LogSearch(EthereumClient client, LogRange range, EthereumAddress contract, IReadOnlyList<string?> topics)
{
    private const int SideBySide = 4; // parts, when the node is known to answer as large ones
    private const int Heavy = 10_000; // blocks; a node that does not answer such a search may find it too much

    /// <summary>Reads the logs from a block to the latest, in one request.</summary>
    /// <returns>The logs; null when the node finds that too much.</returns>
    /// <exception cref="EthereumRpcException">The node does not answer.</exception>
    public async Task<IReadOnlyList<EthereumLog>?> TryAllAsync(BigInteger first, CancellationToken cancellationToken) =>
        range.Size < long.MaxValue ? null : await TryAsync(first, null, long.MaxValue, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the logs of some blocks, part by part.</summary>
    /// <param name="first">The first block.</param>
    /// <param name="last">The last block.</param>
    /// <param name="backwards">Whether the newest blocks come first.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The parts, one following on the other.</returns>
    /// <exception cref="EthereumRpcException">The node refuses even a single block, or does not answer.</exception>
    public async IAsyncEnumerable<LogPart> ReadAsync(
        BigInteger first, BigInteger last, bool backwards, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (first <= last)
        {
            var parts = Split(first, last, backwards);
            var answers = await Task.WhenAll(parts.Select(part => TryAsync(part.First, part.Last, part.Last - part.First + 1, cancellationToken))).ConfigureAwait(false);
            foreach (var (part, logs) in parts.Zip(answers).TakeWhile(pair => pair.Second is not null))
            {
                yield return part with { Logs = logs! };
                (first, last) = backwards ? (first, part.First - 1) : (part.Last + 1, last);
            }
        }
    }

    /// <summary>Tells how many requests a search over some blocks takes.</summary>
    public BigInteger CountRequests(BigInteger first, BigInteger last) => (last - first) / range.Size + 1;

    private List<LogPart> Split(BigInteger first, BigInteger last, bool backwards)
    {
        var size = range.Size;
        List<LogPart> parts = [];
        while (first <= last && parts.Count < (range.IsProven ? SideBySide : 1))
        {
            var part = backwards
                ? new LogPart(BigInteger.Max(first, last - size + 1), last, [])
                : new LogPart(first, BigInteger.Min(last, first + size - 1), []);
            parts.Add(part);
            (first, last) = backwards ? (first, part.First - 1) : (part.Last + 1, last);
        }

        return parts;
    }

    private Task<IReadOnlyList<EthereumLog>?> TryAsync(BigInteger first, BigInteger? last, BigInteger blocks, CancellationToken cancellationToken) =>
        ChainGateway.GuardAsync<IReadOnlyList<EthereumLog>?>(
            async () =>
            {
                try
                {
                    var logs = await client.GetLogsAsync(contract, topics, first, last, isHeavy: blocks > Heavy, cancellationToken).ConfigureAwait(false);
                    range.Accept(blocks);
                    return logs;
                }
                catch (JsonRpcException e) when (!e.IsRateLimit && (e.IsAnswer || blocks > Heavy) && e.MayBeTooMuch && range.Refuse(blocks, e.Message))
                {
                    return null;
                }
            },
            JsonRpcClient.GetLogs);
}

/// <summary>Some blocks, and the logs that were found in them.</summary>
internal sealed record LogPart(BigInteger First, BigInteger Last, IReadOnlyList<EthereumLog> Logs);
