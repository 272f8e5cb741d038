using System.Globalization;
using System.Text;
using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Training;

/// <summary>What the check of a dataset found, all of it at once.</summary>
/// <remarks>
/// Problems come in a fixed order: those of the dataset as a whole, then by the entry's name. Of one rule 100 are listed at most;
/// one more line then says how many there are besides. A check of a hostile archive ends early, with an error: when it unpacks into
/// more than 100 MB and 200 times its own size, or more than 1 TB, or has more than a million entries.
/// </remarks>
/// <param name="FileName">The name under which the dataset is sent.</param>
/// <param name="Kind">What the dataset is: <c>zip</c>, <c>tar</c>, <c>tar.gz</c>, <c>tar.bz2</c>, <c>7z</c> and so on.</param>
/// <param name="Size">What is sent, in bytes.</param>
/// <param name="FileCount">How many files it holds; folders do not count. 0 when the content was not read.</param>
/// <param name="UnpackedSize">What its files come to when unpacked, in bytes. 0 when the content was not read.</param>
/// <param name="Errors">What breaks a rule: the dataset would be refused or be of no use.</param>
/// <param name="Warnings">What is worth a look and does not keep the dataset from being sent.</param>
/// <param name="MethodDescription">The provider's own words on what the dataset must be like; no program can check those.</param>
public sealed record DatasetReport(
    string FileName,
    string Kind,
    long Size,
    long FileCount,
    long UnpackedSize,
    IReadOnlyList<DatasetProblem> Errors,
    IReadOnlyList<DatasetProblem> Warnings,
    string MethodDescription)
{
    /// <summary>Whether the dataset may be sent: there are no errors.</summary>
    public bool IsValid => Errors.Count == 0;

    /// <summary>Gives the report as text: the outcome, a line for each error and warning, and the provider's description.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(IsValid ? "Dataset check passed:" : "Dataset check failed:");
        AppendLines(text, Errors);
        text.Append(CultureInfo.InvariantCulture, $"\n{FileName}: {Kind}, {Megabytes.Show(Size)}; ")
            .Append(CultureInfo.InvariantCulture, $"files: {FileCount}, {Megabytes.Show(UnpackedSize)} unpacked");
        if (Warnings.Count > 0)
            AppendLines(text.Append("\nWarnings:"), Warnings);
        if (MethodDescription.Length > 0)
            text.Append("\nThe provider asks for: ").Append(MethodDescription);
        return text.ToString();
    }

    private static void AppendLines(StringBuilder text, IReadOnlyList<DatasetProblem> problems)
    {
        foreach (var problem in problems)
            text.Append("\n\t").Append(problem.Message);
    }
}
