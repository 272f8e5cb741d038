using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A payment channel as the escrow contract keeps it (protocol b.3).</summary>
/// <param name="Nonce">The claim round.</param>
/// <param name="Sender">Whose money it is.</param>
/// <param name="Signer">Who may sign for the sender.</param>
/// <param name="Recipient">Who may claim.</param>
/// <param name="GroupId">The payment group, 0x and 64 digits.</param>
/// <param name="Value">What it still holds, in cogs.</param>
/// <param name="Expiration">From this block on the sender may take the value back.</param>
internal sealed record PaymentChannel(
    BigInteger Nonce, EthereumAddress Sender, EthereumAddress Signer, EthereumAddress Recipient, string GroupId, BigInteger Value, BigInteger Expiration)
{
    /// <summary>What a channel that was never opened looks like.</summary>
    public static readonly PaymentChannel None = new(0, default, default, default, Hex.Encode(new byte[32]), 0, 0);
}
