using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The network that the sandbox's own chain stands for: Sepolia, demo (protocol b.1).</summary>
internal static class Network
{
    /// <summary>The chain's id.</summary>
    public const long ChainId = 11_155_111;

    public static readonly EthereumAddress Token = EthereumAddress.Parse("0x3A54192862D1c52C8175d4912f1f778d1E3C2449");

    public static readonly EthereumAddress Mpe = EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520");

    public static readonly EthereumAddress Registry = EthereumAddress.Parse("0x4DCc70c6FCE4064803f0ae0cE48497B3f7182e5D");

    /// <summary>The transactions that made contracts. Clients read from them at which block to begin searching for events.</summary>
    public static readonly IReadOnlyDictionary<string, EthereumAddress> Deployments = new Dictionary<string, EthereumAddress>
    {
        ["0x018377a246ca61de96d7566e9f29fd8b9234932ab6a7ffa7fb2c55f98cb019d6"] = Mpe,
        ["0xc54823ed287fe4a4c7a85595d8ae19a2200492fa830401e1d7edc10ef80470c5"] = Registry,
    };
}
