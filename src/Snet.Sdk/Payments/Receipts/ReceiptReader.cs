using System.Runtime.CompilerServices;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>Reads the receipts of an account from its files, each as it was settled, with one file or two in memory at a time.</summary>
internal static class ReceiptReader
{
    /// <summary>Reads all receipts, oldest first. Files that somebody put away are left out.</summary>
    /// <exception cref="DataDirectoryException">A file cannot be read or understood.</exception>
    public static async IAsyncEnumerable<PaymentReceipt> ReadAsync(AccountFolder folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var numbers = ReceiptFiles.Numbers(folder);
        var corrections = await ReadCorrectionsAsync(folder, numbers, cancellationToken).ConfigureAwait(false);
        var open = numbers.Count == 0 ? [] : StillOpen(await ReadFileAsync(folder, numbers[^1], cancellationToken).ConfigureAwait(false));
        for (var i = 0; i < numbers.Count; i++)
        {
            var lines = await ReadFileAsync(folder, numbers[i], cancellationToken).ConfigureAwait(false);
            var signed = lines.OfType<SignedLine>().ToArray();
            var outcomes = Outcomes(lines);
            // What was under way at the end of a file is settled at the beginning of the next, or much later, or never.
            for (var later = i + 1; later < numbers.Count && signed.Any(line => !outcomes.ContainsKey(line.Number) && !open.Contains(line.Number)); later++)
            {
                foreach (var (number, outcome) in Outcomes(await ReadFileAsync(folder, numbers[later], cancellationToken).ConfigureAwait(false)))
                    outcomes.TryAdd(number, outcome);
            }

            foreach (var line in signed)
                yield return line.Receipt with { Outcome = corrections.GetValueOrDefault(line.Number, outcomes.GetValueOrDefault(line.Number)) };
        }
    }

    private static Dictionary<long, PaymentOutcome> Outcomes(IEnumerable<ReceiptLine> lines)
    {
        var outcomes = new Dictionary<long, PaymentOutcome>();
        foreach (var line in lines.OfType<SettledLine>())
            outcomes.TryAdd(line.Number, line.Outcome);
        return outcomes;
    }

    private static HashSet<long> StillOpen(IReadOnlyList<ReceiptLine> newest)
    {
        var settled = Outcomes(newest);
        return [.. newest.OfType<OpenLine>().Select(line => line.Number).Where(number => !settled.ContainsKey(number))];
    }

    // Corrections are rare, and may come much later than what they correct; finding them takes no reading of the other lines.
    private static async Task<Dictionary<long, PaymentOutcome>> ReadCorrectionsAsync(
        AccountFolder folder, IReadOnlyList<int> numbers, CancellationToken cancellationToken)
    {
        var corrections = new Dictionary<long, PaymentOutcome>();
        foreach (var number in numbers)
        {
            foreach (var line in await ReadFileAsync(folder, number, cancellationToken, "{\"corrected\":"u8.ToArray()).ConfigureAwait(false))
            {
                if (line is CorrectedLine corrected)
                    corrections[corrected.Number] = corrected.Receipt.Outcome;
            }
        }

        return corrections;
    }

    private static async Task<List<ReceiptLine>> ReadFileAsync(AccountFolder folder, int number, CancellationToken cancellationToken, byte[]? beginning = null)
    {
        var at = 0;
        try
        {
            var content = await ReadBytesAsync(folder[ReceiptFiles.Name(number)], cancellationToken).ConfigureAwait(false);
            List<ReceiptLine> lines = [];
            while (content.AsSpan(at).IndexOf((byte)'\n') is >= 0 and var length) // a last line without an end is being written, or a crash left it
            {
                if (at == 0 || beginning is null || content.AsSpan(at, length).StartsWith(beginning))
                    lines.Add(ReceiptLineReader.Read(content.AsMemory(at, length)));
                at += length + 1;
            }

            _ = ReceiptFiles.Checked(lines.FirstOrDefault() ?? throw new FormatException("it is empty."), number, folder);
            return lines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw ReceiptFiles.Describe(e, folder, number, at);
        }
    }

    private static async Task<byte[]> ReadBytesAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete); // somebody may be writing
        await using (file.ConfigureAwait(false))
        {
            var content = new byte[file.Length];
            await file.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            return content;
        }
    }
}
