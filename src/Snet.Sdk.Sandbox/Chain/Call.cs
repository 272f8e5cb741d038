using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>One contract call while it runs: who calls, in which block, and what it logs.</summary>
/// <param name="Caller">Who calls (<c>msg.sender</c>).</param>
/// <param name="Contract">Who is called (<c>this</c>).</param>
/// <param name="Block">The block's number.</param>
/// <param name="Logs">Where events go.</param>
/// <param name="Meter">Counts the gas.</param>
internal sealed record Call(EthereumAddress Caller, EthereumAddress Contract, long Block, List<EmittedLog> Logs, GasMeter Meter)
{
    /// <summary>Logs an event of the called contract.</summary>
    public void Emit(AbiEvent e, params object[] values)
    {
        var (topics, data) = e.Encode(values);
        Meter.Use(375 + (375 * topics.Length) + (8 * data.Length));
        Logs.Add(new EmittedLog(Contract, topics, data));
    }

    /// <summary>Makes the call that the called contract makes to another one.</summary>
    public Call To(EthereumAddress other)
    {
        Meter.Use(2_600);
        return this with { Caller = Contract, Contract = other };
    }
}
