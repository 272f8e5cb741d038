using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Snet.Sdk;

/// <summary>An exact amount of the platform's token, never negative, counted in its smallest unit, the cog.</summary>
/// <remarks>One token is 10^18 cogs (protocol b.1). Nothing converts by itself: say <see cref="FromTokens"/> or <see cref="FromCogs"/>.</remarks>
public readonly struct TokenAmount : IEquatable<TokenAmount>, IComparable<TokenAmount>
{
    /// <summary>How many decimal digits a token has.</summary>
    public const int Decimals = 18;

    private static readonly BigInteger CogsPerToken = BigInteger.Pow(10, Decimals);

    private TokenAmount(BigInteger cogs) => Cogs = cogs;

    /// <summary>Nothing.</summary>
    public static TokenAmount Zero => default;

    /// <summary>The amount in cogs.</summary>
    public BigInteger Cogs { get; }

    /// <summary>Whether this is nothing.</summary>
    public bool IsZero => Cogs.IsZero;

    /// <summary>Makes an amount of cogs.</summary>
    /// <param name="cogs">Zero or more.</param>
    /// <returns>The amount.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static TokenAmount FromCogs(BigInteger cogs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cogs);
        return new TokenAmount(cogs);
    }

    /// <summary>Makes an amount of whole and part tokens.</summary>
    /// <param name="tokens">Zero or more, with at most 18 decimal digits.</param>
    /// <returns>The exact amount.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or finer than a cog.</exception>
    public static TokenAmount FromTokens(decimal tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        return TryReadTokens(tokens.ToString(CultureInfo.InvariantCulture), out var amount)
            ? amount
            : throw new ArgumentOutOfRangeException(nameof(tokens), tokens, $"A token has {Decimals} decimal digits and no more.");
    }

    /// <summary>Reads an amount.</summary>
    /// <param name="text">Tokens with a decimal point (<c>1.5</c>, <c>1.5 tokens</c>), or cogs (<c>7 cogs</c>).</param>
    /// <returns>The exact amount.</returns>
    /// <exception cref="FormatException">It is no amount, is negative, or has more digits than a token has.</exception>
    public static TokenAmount Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var amount)
            ? amount
            : throw new FormatException($"'{text}' is no amount. Write tokens with at most {Decimals} decimals (1.5), or cogs (7 cogs).");
    }

    /// <summary>Reads an amount without throwing.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="amount">The amount, or nothing.</param>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out TokenAmount amount)
    {
        amount = default;
        if (text is null)
            return false;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [var count, "cog" or "cogs"])
        {
            var isNumber = BigInteger.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var cogs);
            amount = isNumber ? new TokenAmount(cogs) : default;
            return isNumber;
        }

        return words is [_] or [_, "token" or "tokens"] && TryReadTokens(words[0], out amount);
    }

    /// <summary>Gives the amount in tokens.</summary>
    /// <returns>The exact number.</returns>
    /// <exception cref="OverflowException">It has more digits than a decimal holds (28 or 29).</exception>
    public decimal ToTokens()
    {
        var tokens = decimal.Parse(TokenText(), CultureInfo.InvariantCulture);
        return FromTokens(tokens) == this ? tokens : throw new OverflowException("The amount has more digits than a decimal holds; use Cogs.");
    }

    /// <summary>Writes the exact amount in the unit that reads best: cogs below a millionth of a token, tokens from there.</summary>
    /// <returns>Text that <see cref="Parse"/> reads.</returns>
    public override string ToString()
    {
        if (Cogs.IsZero)
            return "0 tokens";
        if (Cogs < CogsPerToken / 1_000_000)
            return Cogs.IsOne ? "1 cog" : string.Create(CultureInfo.InvariantCulture, $"{Cogs} cogs");
        return Cogs == CogsPerToken ? "1 token" : TokenText() + " tokens";
    }

    /// <inheritdoc/>
    public bool Equals(TokenAmount other) => Cogs == other.Cogs;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TokenAmount other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Cogs.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(TokenAmount other) => Cogs.CompareTo(other.Cogs);

    /// <summary>Adds two amounts.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static TokenAmount operator +(TokenAmount left, TokenAmount right) => new(left.Cogs + right.Cogs);

    /// <summary>Takes one amount from another.</summary>
    /// <param name="left">The larger one.</param>
    /// <param name="right">What is taken.</param>
    /// <exception cref="OverflowException">The result would be negative.</exception>
    public static TokenAmount operator -(TokenAmount left, TokenAmount right) => left.Cogs >= right.Cogs
        ? new TokenAmount(left.Cogs - right.Cogs)
        : throw new OverflowException($"{right} cannot be taken from {left}: an amount is never negative.");

    /// <summary>Multiplies an amount.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="times">Zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative.</exception>
    public static TokenAmount operator *(TokenAmount amount, int times) => FromCogs(amount.Cogs * times);

    /// <summary>Whether both are equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(TokenAmount left, TokenAmount right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(TokenAmount left, TokenAmount right) => !left.Equals(right);

    /// <summary>Whether the first is less.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(TokenAmount left, TokenAmount right) => left.Cogs < right.Cogs;

    /// <summary>Whether the first is less or equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(TokenAmount left, TokenAmount right) => left.Cogs <= right.Cogs;

    /// <summary>Whether the first is more.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(TokenAmount left, TokenAmount right) => left.Cogs > right.Cogs;

    /// <summary>Whether the first is more or equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(TokenAmount left, TokenAmount right) => left.Cogs >= right.Cogs;

    internal static TokenAmount Max(TokenAmount left, TokenAmount right) => left > right ? left : right;

    internal static TokenAmount Min(TokenAmount left, TokenAmount right) => left < right ? left : right;

    private static bool TryReadTokens(string text, out TokenAmount amount)
    {
        amount = default;
        var parts = text.Split('.');
        var fraction = parts.Length == 2 ? parts[1].TrimEnd('0') : string.Empty;
        if (parts.Length > 2 || parts[0].Length == 0 || (parts.Length == 2 && parts[1].Length == 0) || fraction.Length > Decimals)
            return false;
        var digits = string.Concat(parts[0], fraction.PadRight(Decimals, '0'));
        if (!BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var cogs))
            return false;
        amount = new TokenAmount(cogs);
        return true;
    }

    private string TokenText()
    {
        var (whole, rest) = BigInteger.DivRem(Cogs, CogsPerToken);
        var fraction = rest.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals, '0').TrimEnd('0');
        var text = whole.ToString(CultureInfo.InvariantCulture);
        return fraction.Length == 0 ? text : $"{text}.{fraction}";
    }
}
