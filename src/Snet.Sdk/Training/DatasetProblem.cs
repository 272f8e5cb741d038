namespace Snet.Sdk.Training;

/// <summary>One thing that is wrong, or at least odd, with a dataset.</summary>
/// <remarks>
/// The rules, whose names stay as they are. Of the dataset as a whole: <c>archive-type</c>, <c>archive-name</c>,
/// <c>dataset-size</c>, <c>file-count</c>, <c>corrupt</c>, <c>expansion</c>, <c>entry-count</c>, <c>empty-dataset</c>,
/// <c>unchecked</c>. Of one entry: <c>unsafe-name</c>, <c>link</c>, <c>special-file</c>, <c>file-type</c>, <c>file-size</c>,
/// <c>encrypted</c>, <c>corrupt</c>, <c>unchecked</c>, <c>duplicate-name</c>, <c>duplicate-content</c>, <c>empty-file</c>,
/// <c>junk</c>, <c>left-out</c>, <c>nested-archive</c>, <c>name-encoding</c>.
/// </remarks>
/// <param name="Rule">The rule that is broken, a name that programs may compare with.</param>
/// <param name="Message">What is wrong, with the values, for people. Worded as in the platform's guide where that has a wording.</param>
/// <param name="Entry">The name of the entry as the archive has it; <see langword="null"/> when the dataset as a whole is meant.</param>
public sealed record DatasetProblem(string Rule, string Message, string? Entry = null)
{
    /// <summary>Gives the <see cref="Message"/>.</summary>
    public override string ToString() => Message;
}
