namespace Snet.Sdk.Training;

/// <summary>An upload broke off, or arrived at the daemon and not at the provider.</summary>
/// <remarks>
/// Both were asked: the provider what has become of the model, the daemon whether it took the price. <see cref="SnetException.MoneyMoved"/> says the latter;
/// the reason, if there is one, is the <see cref="Exception.InnerException"/>.
/// </remarks>
public sealed class UploadFailedException : SnetException
{
    private UploadFailedException(string modelId, string message, MoneyMoved moneyMoved, Exception? innerException)
        : base("upload_failed", message, innerException) => (ModelId, MoneyMoved) = (modelId, moneyMoved);

    /// <summary>The model.</summary>
    public string ModelId { get; }

    /// <summary>What the provider says of the model now; null when it could not be asked.</summary>
    public ModelStatus? Status { get; private init; }

    /// <summary>Bytes of the dataset that had been sent. The provider may have fewer.</summary>
    public long SentBytes { get; private init; }

    /// <summary>Bytes of the whole dataset.</summary>
    public long TotalBytes { get; private init; }

    /// <summary>The upload ended before it was answered, or was answered with an error.</summary>
    internal static UploadFailedException Broken(
        string modelId, long sent, long total, ModelStatus? status, MoneyMoved moneyMoved, bool isTransient, Exception reason)
    {
        var message = $"The upload for model '{modelId}' broke off after {sent} of {total} bytes: {reason.Message} {TellStatus(status)} {Advise(moneyMoved, status)}";
        return new UploadFailedException(modelId, message, moneyMoved, reason)
        {
            Status = status, SentBytes = sent, TotalBytes = total, IsTransient = isTransient && moneyMoved == MoneyMoved.No,
        };
    }

    /// <summary>The daemon took everything and its price; the provider knows of nothing.</summary>
    internal static UploadFailedException Dropped(string modelId, long total, ModelStatus status)
    {
        var message = $"The upload for model '{modelId}' was sent whole and charged, and the provider says that the model is still {status}: it has refused the dataset at its very end, "
            + "which the platform does not tell (protocol f.6). Ask the provider before you upload again, which costs again.";
        return new UploadFailedException(modelId, message, MoneyMoved.Yes, null) { Status = status, SentBytes = total, TotalBytes = total };
    }

    private static string TellStatus(ModelStatus? status) => status is null
        ? "The provider could not be asked about the model."
        : $"The provider says that the model is {status}.";

    private static string Advise(MoneyMoved moneyMoved, ModelStatus? status) => (moneyMoved, status) switch
    {
        (MoneyMoved.Yes, ModelStatus.Created) => "It was charged; ask the provider before you upload again, which costs again.",
        (MoneyMoved.Yes, _) => "It was charged, so the daemon has all of it: go on with WaitForStatusAsync.",
        (MoneyMoved.No, ModelStatus.Validating) => "Nothing was charged. The provider may be looking at a part of the dataset: upload it again, whole.",
        (MoneyMoved.No, _) => "Nothing was charged. Upload it again, whole.",
        _ => "Whether it was charged is open; the daemon is asked before anything more is signed.",
    };
}
