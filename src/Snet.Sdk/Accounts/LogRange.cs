using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Snet.Sdk.Accounts;

/// <summary>Over how many blocks a node lets one search for logs go: learnt from its refusals, kept, and tried larger again after a while.</summary>
/// <remarks>Nodes limit blocks or results, each in words of its own, and some name the limit. Safe for threads.</remarks>
internal sealed partial class LogRange
{
    private const int FirstTrial = 8; // so many good searches in a row, and a larger range is tried
    private const int LongestTrial = 1_024;

    // What nodes that many share allow, from the generous to the stingiest.
    private static readonly long[] Usual = [100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 100, 10, 1];

    private readonly Lock _lock = new();
    private long _size = long.MaxValue;
    private int _good;
    private int _trial = FirstTrial;
    private bool _isProven;
    private bool _raised; // on trial

    /// <summary>How many blocks to ask for at once.</summary>
    public long Size
    {
        get
        {
            lock (_lock)
                return _size;
        }
    }

    /// <summary>Whether a search over so many blocks was answered before.</summary>
    public bool IsProven
    {
        get
        {
            lock (_lock)
                return _isProven;
        }
    }

    /// <summary>A search over so many blocks was answered.</summary>
    public void Accept(BigInteger blocks)
    {
        lock (_lock)
        {
            if (blocks < _size)
                return;
            (_isProven, _raised) = (true, false);
            if (_size == long.MaxValue || ++_good < _trial)
                return;
            (_size, _good, _raised, _isProven) = (Usual.LastOrDefault(size => size > _size, long.MaxValue), 0, true, false);
        }
    }

    /// <summary>A search over so many blocks was refused.</summary>
    /// <param name="blocks">How many.</param>
    /// <param name="words">What the node said.</param>
    /// <returns>Whether fewer can be asked for.</returns>
    public bool Refuse(BigInteger blocks, string words)
    {
        lock (_lock)
        {
            if (blocks > _size)
                return true; // asked before the last refusal
            if (blocks <= 1)
                return false;
            if (_raised)
                _trial = Math.Min(_trial * 2, LongestTrial);
            (_size, _good, _raised, _isProven) = (ReadLimit(words, blocks) ?? Usual.First(size => size < blocks), 0, false, _raised);
            return true;
        }
    }

    // "Try with this block range [0x1, 0x1f4]", "limited to a 10,000 range", "Max range: 800", "up to 10k blocks".
    private static long? ReadLimit(string words, BigInteger below)
    {
        if (Pair().Match(words) is { Success: true } pair)
        {
            var blocks = Hexadecimal(pair.Groups[2]) - Hexadecimal(pair.Groups[1]) + 1;
            return blocks > 0 && blocks < below ? (long)blocks : null;
        }

        var named = Numbers().Matches(words)
            .Select(match => BigInteger.Parse(match.Groups[1].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * (match.Groups[2].Success ? 1_000 : 1))
            .Where(number => number >= 10 && number < below && number <= 1_000_000).ToList();
        return named.Count == 0 ? null : (long)named.Max();
    }

    private static BigInteger Hexadecimal(Group digits) => BigInteger.Parse("0" + digits.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\[\s*0x([0-9a-f]{1,15})\s*,\s*0x([0-9a-f]{1,15})\s*\]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex(@"(?<![\w.-])(\d{1,3}(?:,\d{3})+|\d{1,9})(k)?(?!\w|\.\d)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
