using System.Globalization;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>The names of receipt files, and what can be wrong with them.</summary>
internal static class ReceiptFiles
{
    private const string Prefix = "receipts-";
    private const string Suffix = ".jsonl";

    public static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D6}{Suffix}");

    /// <summary>Gives the numbers of the files that are there, in order.</summary>
    public static IReadOnlyList<int> Numbers(AccountFolder folder) => !Directory.Exists(folder.Path) ? [] :
    [
        .. Directory.EnumerateFiles(folder.Path, Prefix + "*" + Suffix)
            .Select(path => Path.GetFileName(path)[Prefix.Length..^Suffix.Length])
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0).Order(),
    ];

    /// <summary>Checks a file's first line.</summary>
    /// <exception cref="FormatException">It is none, or is another's.</exception>
    public static FileLine Checked(ReceiptLine line, int number, AccountFolder folder) =>
        line is FileLine first && first.Number == number && first.ChainId == folder.Network.ChainId
        && first.Escrow == folder.Network.Mpe.ToLowerString() && first.Account == folder.Account
            ? first
            : throw new FormatException("it does not begin as a receipt file of this account.");

    /// <summary>Says what is wrong and what to do.</summary>
    public static DataDirectoryException Describe(Exception e, AccountFolder folder, int? number, long at)
    {
        var path = number is { } known ? folder[Name(known)] : folder.Path;
        return e switch
        {
            UnauthorizedAccessException => new DataDirectoryException(path, e.Message, "Let the user who runs this read and write it, or choose another DataDirectory.", e),
            IOException => new DataDirectoryException(path, e.Message, "Make room, or choose another DataDirectory.", e),
            _ => new DataDirectoryException(
                path, string.Create(CultureInfo.InvariantCulture, $"At byte {at}: {e.Message}"),
                "If nobody knows what happened to it, move it away: limits over time then go on from the file before it. Channels are not in danger, since their daemons know what was signed.", e),
        };
    }
}
