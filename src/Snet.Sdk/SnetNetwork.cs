using Snet.Ethereum;

namespace Snet.Sdk;

/// <summary>An Ethereum chain with the platform's contracts on it.</summary>
/// <remarks>Addresses are those that the platform's own packages publish (protocol b.1). Payments go only to the escrow contract named here, whatever a service's metadata says.</remarks>
public sealed class SnetNetwork
{
    private static readonly Uri PublicIpfs = new("https://ipfs.singularitynet.io:443");

    private SnetNetwork(string name, long chainId, EthereumAddress token, EthereumAddress escrow, EthereumAddress registry) =>
        (Name, ChainId, Token, Mpe, Registry) = (name, chainId, token, escrow, registry);

    /// <summary>Ethereum's main network: real tokens.</summary>
    public static SnetNetwork Mainnet { get; } = new(
        "mainnet", 1,
        EthereumAddress.Parse("0xaea46A60368A7bD060eec7DF8CBa43b7EF41Ad85"),
        EthereumAddress.Parse("0xdF8d4826E016aFA8803d94A716FEB70aD5D2B8Ac"),
        EthereumAddress.Parse("0x247DEbEBB766E4fA99667265A158060018D5f4F8"))
    {
        IpfsEndpoint = PublicIpfs,
        Explorer = new Uri("https://etherscan.io/"),
        EscrowDeployment = "0xac237d845702f0cb4bbfa7564bd12fd712a3bd01ffa0f3cb6556135fca0ce38b",
    };

    /// <summary>The Sepolia test network: tokens without value.</summary>
    public static SnetNetwork Sepolia { get; } = new(
        "sepolia", 11155111,
        EthereumAddress.Parse("0x3A54192862D1c52C8175d4912f1f778d1E3C2449"),
        EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520"),
        EthereumAddress.Parse("0x4DCc70c6FCE4064803f0ae0cE48497B3f7182e5D"))
    {
        IpfsEndpoint = PublicIpfs,
        Explorer = new Uri("https://sepolia.etherscan.io/"),
        EscrowDeployment = "0x018377a246ca61de96d7566e9f29fd8b9234932ab6a7ffa7fb2c55f98cb019d6",
    };

    /// <summary>A short name, for logs and messages.</summary>
    public string Name { get; }

    /// <summary>The chain's id (EIP-155); the node's is compared with it before anything is signed.</summary>
    public long ChainId { get; }

    /// <summary>The token contract.</summary>
    public EthereumAddress Token { get; }

    /// <summary>The MultiPartyEscrow contract, which holds the channels.</summary>
    public EthereumAddress Mpe { get; }

    /// <summary>The Registry contract, which lists organizations and services.</summary>
    public EthereumAddress Registry { get; }

    /// <summary>Where metadata is read from: an IPFS node's HTTP API.</summary>
    public Uri? IpfsEndpoint { get; private init; }

    /// <summary>A block explorer's address, for links to transactions; null when there is none.</summary>
    public Uri? Explorer { get; private init; }

    /// <summary>The transaction that made the escrow contract; no channel is older. Null: search from the chain's first block.</summary>
    internal string? EscrowDeployment { get; private init; }

    /// <summary>Describes another network.</summary>
    /// <param name="name">A short name.</param>
    /// <param name="chainId">The chain's id, above zero.</param>
    /// <param name="token">The token contract.</param>
    /// <param name="mpe">The MultiPartyEscrow contract.</param>
    /// <param name="registry">The Registry contract.</param>
    /// <param name="ipfsEndpoint">An IPFS node's HTTP API.</param>
    /// <param name="explorer">A block explorer, or null.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentException">A contract's address is zero, or the chain id is not positive.</exception>
    public static SnetNetwork Custom(
        string name, long chainId, EthereumAddress token, EthereumAddress mpe, EthereumAddress registry, Uri ipfsEndpoint, Uri? explorer = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chainId);
        ArgumentNullException.ThrowIfNull(ipfsEndpoint);
        if (token.IsZero || mpe.IsZero || registry.IsZero)
            throw new ArgumentException("Token, escrow and registry contracts need addresses; one of them is zero.");
        return new SnetNetwork(name, chainId, token, mpe, registry) { IpfsEndpoint = ipfsEndpoint, Explorer = explorer };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (chain {ChainId})";

    internal string DescribeTransaction(string hash) => Explorer is null ? hash : new Uri(Explorer, "tx/" + hash).AbsoluteUri;
}
