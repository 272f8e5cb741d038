using System.Numerics;
using Snet.Ethereum;

namespace Snet.Sdk.Payments;

/// <summary>A payment channel as the escrow contract has it.</summary>
/// <param name="Id">Its number in the contract, counted from 0.</param>
/// <param name="Nonce">The claim round; the contract adds one at each claim.</param>
/// <param name="Sender">Whose tokens it holds and who gets back what is left.</param>
/// <param name="Signer">Who may sign payments besides the sender.</param>
/// <param name="Recipient">Who can claim.</param>
/// <param name="GroupId">The payment group: base64 of 32 bytes.</param>
/// <param name="Value">What it holds.</param>
/// <param name="Expiration">The block from which the sender can take everything back.</param>
public sealed record PaymentChannel(
    BigInteger Id,
    BigInteger Nonce,
    EthereumAddress Sender,
    EthereumAddress Signer,
    EthereumAddress Recipient,
    string GroupId,
    TokenAmount Value,
    BigInteger Expiration);
