namespace Snet.Sdk.Payments;

/// <summary>A file in <see cref="SnetClientOptions.DataDirectory"/> cannot be read, understood or written. Nothing is signed without its receipt, so nothing was.</summary>
public sealed class DataDirectoryException : SnetException
{
    internal DataDirectoryException(string path, string reason, string advice, Exception? innerException = null)
        : base("data_directory", $"{path} cannot be used: {reason} {advice} Nothing was signed.", innerException)
    {
        Path = path;
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }
}
