using System.Collections.Concurrent;
using System.Numerics;
using Snet.Sdk;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Tests.Histories;

namespace Snet.Benchmarks.Soak;

/// <summary>What an onlooker writes down: what the daemon took of each claim round, what was claimed, and how the calls ended for their users.</summary>
/// <remarks>None of it comes from the SDK but what users were told.</remarks>
internal sealed class SoakBooks(SnetSandbox sandbox)
{
    private readonly Lock _lock = new();
    private readonly ChainView _chain = new(sandbox);
    private readonly BigInteger _firstChannel = new ChainView(sandbox).NextChannelId;
    private readonly Dictionary<(BigInteger Channel, BigInteger Nonce), BigInteger> _taken = [];
    private readonly ConcurrentDictionary<string, int> _faults = new();
    private readonly ConcurrentQueue<string> _broken = new();
    private int _succeeded, _failed;
    private long _told, _toldAtMost;

    public ChainView Chain => _chain;

    public IReadOnlyDictionary<string, int> Faults => _faults;

    public IReadOnlyCollection<string> Broken => _broken;

    public int Succeeded => _succeeded;

    public int Failed => _failed;

    /// <summary>What users were told that their calls cost, in cogs: at least, and if everything was charged of which they were not told that it was not.</summary>
    public (long Least, long Most) Told => (_told, _told + _toldAtMost);

    /// <summary>What the claims that were carried out came to, in cogs.</summary>
    public BigInteger Claimed { get; private set; }

    public IReadOnlyList<BigInteger> Channels
    {
        get
        {
            List<BigInteger> ids = [];
            for (var id = _firstChannel; id < _chain.NextChannelId; id++)
                ids.Add(id);
            return ids;
        }
    }

    /// <summary>All that the daemon took, in cogs.</summary>
    public BigInteger TakenInAll()
    {
        foreach (var id in Channels)
            Look(id);
        lock (_lock)
            return _taken.Values.Aggregate(BigInteger.Zero, (sum, total) => sum + total);
    }

    /// <summary>Writes down what the daemon has stored of a channel. A total that shrinks is wrong.</summary>
    public void Look(BigInteger channel)
    {
        lock (_lock)
        {
            if (sandbox.Daemon.Channels.GetStored(channel) is { } stored)
                Note((channel, stored.Nonce), stored.Authorized);
        }
    }

    /// <summary>A claim has begun: the round is over with this total.</summary>
    public void Starts(Claim claim)
    {
        lock (_lock)
            Note((claim.Channel, claim.Nonce), claim.Amount);
    }

    public void Carried(Claim claim)
    {
        lock (_lock)
            Claimed += claim.Amount;
    }

    public void Succeed(TokenAmount paid)
    {
        Interlocked.Increment(ref _succeeded);
        Interlocked.Add(ref _told, (long)paid.Cogs);
    }

    /// <summary>A call failed.</summary>
    /// <param name="moved">What its user was told.</param>
    /// <param name="mostCost">The most that it can have cost, in cogs.</param>
    public void Fail(MoneyMoved moved, int mostCost)
    {
        Interlocked.Increment(ref _failed);
        if (moved != MoneyMoved.No)
            Interlocked.Add(ref _toldAtMost, mostCost);
    }

    public void Strike(string fault, int times = 1) => _faults.AddOrUpdate(fault, times, (_, known) => known + times);

    public void Break(string what) => _broken.Enqueue(what);

    private void Note((BigInteger Channel, BigInteger Nonce) round, BigInteger total)
    {
        if (total < _taken.GetValueOrDefault(round))
            Break($"the daemon took {total} of channel {round.Channel} in round {round.Nonce} after {_taken[round]}");
        _taken[round] = total;
    }
}
