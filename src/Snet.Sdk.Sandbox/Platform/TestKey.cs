using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Platform;

/// <summary>An account whose key is public.</summary>
/// <param name="Key">The private key, 0x and 64 digits.</param>
/// <param name="Address">The address that belongs to it.</param>
internal sealed record TestKey(string Key, EthereumAddress Address)
{
    public TestKey(string key, string address)
        : this(key, EthereumAddress.Parse(address))
    {
    }
}
