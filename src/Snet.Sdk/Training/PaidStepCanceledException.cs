using Snet.Sdk.Payments;

namespace Snet.Sdk.Training;

/// <summary>A paid step was cancelled by its caller. It says what the step cost: the daemon was asked, for <see cref="SnetClientOptions.AttemptTimeout"/> at most.</summary>
/// <remarks>Cancellation is always <see cref="OperationCanceledException"/>; this is one that knows about money. It comes from uploading, validating and training.</remarks>
public sealed class PaidStepCanceledException : OperationCanceledException
{
    internal PaidStepCanceledException(string step, MoneyMoved moneyMoved, PaymentReceipt? receipt, Exception innerException, CancellationToken cancellationToken)
        : base($"{step} was cancelled. {Cost(moneyMoved, receipt)}", innerException, cancellationToken) =>
        (MoneyMoved, Receipt) = (moneyMoved, receipt);

    /// <summary>Whether the price was taken.</summary>
    public MoneyMoved MoneyMoved { get; }

    /// <summary>The receipt of the payment; null when nothing had been signed for the step.</summary>
    public PaymentReceipt? Receipt { get; }

    private static string Cost(MoneyMoved moneyMoved, PaymentReceipt? receipt) => moneyMoved switch
    {
        MoneyMoved.Yes => $"It was too late for that: {receipt?.Cost} was charged and the provider has everything. See with GetModelAsync what it makes of it before you repeat the step.",
        MoneyMoved.No when receipt is null => "Nothing had been signed, and nothing was charged.",
        MoneyMoved.No => "Nothing was charged.",
        _ => $"Whether {receipt?.Price} is charged is open: the daemon had not taken it when it was asked last, or did not answer. It is asked again before anything more is signed on that channel.",
    };
}
