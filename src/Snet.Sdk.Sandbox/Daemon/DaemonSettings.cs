using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What a daemon is told about the platform that it stands in, as an operator would configure it.</summary>
/// <param name="Version">Whose rules it follows.</param>
/// <param name="Rpc">The node's JSON-RPC endpoint; the daemon knows the chain by it alone.</param>
/// <param name="Ipfs">The storage's IPFS HTTP API.</param>
/// <param name="Registry">The Registry contract.</param>
/// <param name="Mpe">The MultiPartyEscrow contract.</param>
/// <param name="Token">The token contract.</param>
/// <param name="ChainId">The chain's id.</param>
/// <param name="OrgId">The organization in the Registry.</param>
/// <param name="ServiceId">The service in the Registry.</param>
/// <param name="GroupName">The payment group that it serves.</param>
/// <param name="ServiceEndpoint">The provider's endpoint.</param>
/// <param name="Config">Further settings by the daemon's own names.</param>
/// <param name="Time">The clock.</param>
internal sealed record DaemonSettings(
    SandboxDaemonVersion Version, Uri Rpc, Uri Ipfs, EthereumAddress Registry, EthereumAddress Mpe, EthereumAddress Token, long ChainId,
    string OrgId, string ServiceId, string GroupName, Uri ServiceEndpoint, JsonObject Config, TimeProvider Time);
