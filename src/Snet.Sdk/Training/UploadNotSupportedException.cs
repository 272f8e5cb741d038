namespace Snet.Sdk.Training;

/// <summary>This daemon cannot take uploads. Nothing was signed or paid.</summary>
/// <remarks>
/// Daemons 6.1 lose the first part of every upload, older ones that of a service which names its prices itself, and daemons 6.2 fail every upload (protocol f.6).
/// </remarks>
public sealed class UploadNotSupportedException : SnetException
{
    internal UploadNotSupportedException(string daemonVersion, string? reason = null)
        : base(
            "upload_not_supported",
            $"The service's daemon ({daemonVersion}) cannot take uploads{reason}. Put the dataset where the provider can fetch it and pass the link to ValidateModelAsync, or set UploadOptions.Publisher, which does it for you.")
    {
        DaemonVersion = daemonVersion;
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The version that the daemon tells of itself, such as <c>v6.2.3</c>.</summary>
    public string DaemonVersion { get; }
}
