namespace Snet.Sdk.Payments;

/// <summary>A file in <see cref="SnetClientOptions.DataDirectory"/> cannot be read, understood or written. No payment leaves the client without its receipt, so none was made.</summary>
public sealed class DataDirectoryException : SnetException
{
    internal DataDirectoryException(string path, string reason, string advice, Exception? innerException = null)
        : base("data_directory", $"{path} cannot be used: {reason} {advice} Nothing was paid.", innerException)
    {
        Path = path;
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }
}
