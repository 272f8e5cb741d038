using Snet.Sdk.Sandbox.Chain;

namespace Snet.Sdk.Sandbox.Faults;

/// <summary>Faults of the Ethereum node on order. They strike clients alone: the sandbox's own daemon sees the chain as it is.</summary>
public sealed class NodeFaults : HttpFaults
{
    private readonly Ledger _ledger;

    internal NodeFaults(LoopbackServer server, Ledger ledger, TimeProvider time)
        : base(server, time) => _ledger = ledger;

    /// <summary>The node lags behind the chain: it has not heard of the last blocks, neither of their transactions nor of what these changed. It takes
    /// transactions all the same, and they are carried out; their receipts come when it has heard of their blocks.</summary>
    /// <param name="blocks">By how many; at least 1. As further blocks come, the node hears of older ones.</param>
    /// <param name="times">How many requests; all until it is lifted, if nothing is said.</param>
    /// <returns>The fault; dispose it, and the node has caught up.</returns>
    public Fault Lag(long blocks, int times = Fault.UntilLifted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        return Add(times, (context, way) =>
        {
            RpcEndpoint.LagBehind(context, blocks);
            return way();
        });
    }

    /// <summary>Takes the last blocks back, as a reorganization of the chain does; what was in them waits for the next block again, or is forgotten.</summary>
    /// <param name="blocks">How many; at least 1.</param>
    /// <param name="forget">Whether their transactions are gone for good; by default the next block takes them.</param>
    public void TakeBack(long blocks = 1, bool forget = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        lock (_ledger.Gate)
            _ledger.TakeBack(blocks, forget);
    }
}
