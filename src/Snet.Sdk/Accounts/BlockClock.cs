using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>Knows the latest block's number: asks the chain rarely and reckons in between.</summary>
/// <remarks>
/// Authorizations are good for 5 blocks both ways (protocol c.2). A block takes 12 seconds on the networks that the platform lives on, so a number that is
/// half a minute old is off by at most two when reckoned on. When a daemon says that a signature has expired, <see cref="Forget"/> makes the next use ask.
/// </remarks>
internal sealed class BlockClock(EthereumClient client, TimeProvider time)
{
    private static readonly TimeSpan BlockTime = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private Reading? _last;
    private Task<Reading>? _asking;
    private bool _isForgotten;

    /// <summary>Gives the number of the latest block, reckoned when it was asked less than half a minute ago.</summary>
    public Task<BigInteger> GetAsync(CancellationToken cancellationToken) => GetAsync(MaxAge, cancellationToken);

    /// <summary>Gives the number of the latest block.</summary>
    /// <param name="maxAge">How old an answer may be to be reckoned on; zero to ask now.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="EthereumRpcException">The node failed.</exception>
    public async Task<BigInteger> GetAsync(TimeSpan maxAge, CancellationToken cancellationToken)
    {
        Task<Reading> asking;
        lock (_lock)
        {
            if (!_isForgotten && _last is { } last && time.GetElapsedTime(last.At) is var age && age <= maxAge && maxAge > TimeSpan.Zero)
                return Reckon(last);
            // Many calls at once share one request, which the end of one of them must not end for the others.
            asking = _asking ??= AskAsync();
        }

        return (await asking.WaitAsync(cancellationToken).ConfigureAwait(false)).Block;
    }

    /// <summary>Gives a block number that is good for comparing with far ends: reckoned on however old the last answer is, so it asks at most once.</summary>
    public Task<BigInteger> ReckonAsync(CancellationToken cancellationToken) => GetAsync(TimeSpan.MaxValue, cancellationToken);

    /// <summary>The latest block's number reckoned on from the last answer, however old; null when there was none.</summary>
    public BigInteger? Reckoned
    {
        get
        {
            lock (_lock)
                return _last is { } last ? Reckon(last) : null;
        }
    }

    /// <summary>Takes a block number that was seen elsewhere, in a receipt for instance.</summary>
    public void Saw(BigInteger block)
    {
        lock (_lock)
        {
            if (_last is null || block > _last.Block)
                _last = new Reading(block, time.GetTimestamp());
        }
    }

    /// <summary>Takes the latest block's number, which was asked for with other things.</summary>
    public void Asked(BigInteger block)
    {
        lock (_lock)
            (_last, _isForgotten) = (new Reading(block, time.GetTimestamp()), false);
    }

    /// <summary>Makes the next use ask the chain.</summary>
    public void Forget()
    {
        lock (_lock)
            _isForgotten = true;
    }

    private BigInteger Reckon(Reading last) => last.Block + (long)(time.GetElapsedTime(last.At) / BlockTime);

    private async Task<Reading> AskAsync()
    {
        await Task.Yield(); // so that the caller's lock is free before the request begins
        try
        {
            var block = await ChainGateway.GuardAsync(() => client.GetBlockNumberAsync(CancellationToken.None), "eth_blockNumber").ConfigureAwait(false);
            var reading = new Reading(block, time.GetTimestamp());
            lock (_lock)
                (_last, _isForgotten) = (reading, false);
            return reading;
        }
        finally
        {
            lock (_lock)
                _asking = null;
        }
    }

    private sealed record Reading(BigInteger Block, long At);
}
