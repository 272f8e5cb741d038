using System.Globalization;
using System.Numerics;

namespace Snet.Sdk.Payments;

/// <summary>A balance is too small for what was asked. Nothing was signed for it.</summary>
public sealed class InsufficientFundsException : SnetException
{
    private const string GasBalance = "gas";

    internal InsufficientFundsException(string balance, TokenAmount needed, TokenAmount available)
        : base("insufficient_funds", $"The {balance} holds {available} and {needed} is needed: {needed - available} short. Send tokens to the account, or ask for less.")
    {
        (Balance, Needed, Available) = (balance, needed, available);
        MoneyMoved = MoneyMoved.No;
    }

    private InsufficientFundsException(string message, Exception inner)
        : base("insufficient_funds", message, inner)
    {
        Balance = GasBalance;
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>Which balance is short: <c>wallet and escrow</c>, <c>escrow</c>, <c>channel N</c> or <c>gas</c>.</summary>
    public string Balance { get; }

    /// <summary>What the step needs in all; nothing when gas is short, which is paid in ether.</summary>
    public TokenAmount Needed { get; }

    /// <summary>What is there.</summary>
    public TokenAmount Available { get; }

    /// <summary>Whether tokens are short, not ether.</summary>
    internal bool IsOfTokens => Balance != GasBalance;

    internal static InsufficientFundsException Gas(Snet.Ethereum.EthereumAddress account, BigInteger needed, BigInteger available, Exception inner) =>
        new($"The account {account} has {Ether(available)} ether and up to {Ether(needed)} is needed for gas. Send ether to it.", inner);

    private static string Ether(BigInteger wei) => ((decimal)(wei / 1_000_000_000) / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture);
}
