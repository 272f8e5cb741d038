using Snet.Sdk.Sandbox.Chain;

namespace Snet.Sdk.Sandbox.Faults;

/// <summary>Faults of the Ethereum node on order. They strike clients alone: the sandbox's own daemon sees the chain as it is.</summary>
public sealed class NodeFaults : HttpFaults
{
    private readonly Ledger _ledger;

    internal NodeFaults(LoopbackServer server, Ledger ledger, TimeProvider time)
        : base(server, time) => _ledger = ledger;

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
