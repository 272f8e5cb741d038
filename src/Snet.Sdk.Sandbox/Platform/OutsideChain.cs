using Snet.Ethereum;
using Snet.Sdk.Sandbox.Chain;

namespace Snet.Sdk.Sandbox.Platform;

/// <summary>What the node of <see cref="SandboxOptions.ChainEndpoint"/> has: the platform's contracts, and accounts that can pay.</summary>
/// <param name="Token">The token contract.</param>
/// <param name="Mpe">The MultiPartyEscrow contract.</param>
/// <param name="Registry">The Registry contract.</param>
/// <param name="OwnerKey">Whose transactions publish the organization and its service; the account needs ether.</param>
/// <param name="UserKeys">Keys of accounts that hold tokens and ether.</param>
internal sealed record OutsideChain(
    EthereumAddress Token, EthereumAddress Mpe, EthereumAddress Registry, string OwnerKey, IReadOnlyList<string> UserKeys)
{
    /// <summary>The contracts at their addresses on Sepolia, and the accounts of the public test mnemonic.</summary>
    public static OutsideChain Default { get; } = new(
        Network.Token, Network.Mpe, Network.Registry, TestKeys.Provider.Key, [.. TestKeys.Users.Select(user => user.Key)]);
}
