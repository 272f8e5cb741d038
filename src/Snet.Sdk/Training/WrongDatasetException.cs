namespace Snet.Sdk.Training;

/// <summary>The dataset breaks rules of the training method. Nothing was uploaded or paid.</summary>
public sealed class WrongDatasetException : SnetException
{
    internal WrongDatasetException(DatasetReport report)
        : base("wrong_dataset", $"Dataset check failed:{Lines(report)}\nNothing was uploaded or paid. Mend the dataset; {nameof(TrainingClient.CheckDatasetAsync)} tells all of this without uploading.")
    {
        Report = report;
        Errors = [.. report.Errors.Select(e => e.Message)];
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>One line for each failed check, worded as in the platform's documentation.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>The whole report, warnings included.</summary>
    public DatasetReport Report { get; }

    private static string Lines(DatasetReport report) => string.Concat(report.Errors.Select(e => "\n\t" + e.Message));
}
