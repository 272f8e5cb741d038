using System.Numerics;

namespace Snet.Sdk.Accounts;

/// <summary>What an account holds.</summary>
/// <param name="Wallet">Tokens at the account's address.</param>
/// <param name="Escrow">Tokens in escrow that are in no channel.</param>
/// <param name="Wei">Ether for gas, in wei (10^-18 ether).</param>
public sealed record AccountBalance(TokenAmount Wallet, TokenAmount Escrow, BigInteger Wei);
