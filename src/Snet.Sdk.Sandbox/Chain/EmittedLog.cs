using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>An event as a contract emits it, before it has its place in a block.</summary>
/// <param name="Contract">Who emitted it.</param>
/// <param name="Topics">The event's hash, then its indexed values, each 0x and 64 digits.</param>
/// <param name="Data">The values that are not indexed.</param>
internal sealed record EmittedLog(EthereumAddress Contract, string[] Topics, byte[] Data);
