using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>A payment channel: of the contract, or as the daemon has stored it after the last payment.</summary>
/// <param name="Id">Its number in the contract.</param>
/// <param name="Nonce">The claim round.</param>
/// <param name="Sender">Who opened it.</param>
/// <param name="Signer">Who else may sign.</param>
/// <param name="Recipient">Who is paid.</param>
/// <param name="GroupId">The payment group, 32 bytes.</param>
/// <param name="Value">What it holds, in cogs.</param>
/// <param name="Expiration">The block from which its sender may take everything back.</param>
/// <param name="Authorized">The total signed in this round, in cogs.</param>
/// <param name="Signature">The signature of that total as it was sent; null while nothing is signed.</param>
internal sealed record PaymentChannel(
    BigInteger Id,
    BigInteger Nonce,
    EthereumAddress Sender,
    EthereumAddress Signer,
    EthereumAddress Recipient,
    byte[] GroupId,
    BigInteger Value,
    BigInteger Expiration,
    BigInteger Authorized,
    byte[]? Signature)
{
    /// <summary>The key in messages and locks: <c>{ID: 5}</c>.</summary>
    public string Key => GoText.Key(GoNumber.Text(Id));
}
