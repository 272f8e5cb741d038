namespace Snet.Sdk.Discovery;

/// <summary>What the registry or the storage holds about an organization or a service is missing, malformed, or not what its hash or its contract says.</summary>
public sealed class MetadataException : SnetException
{
    internal MetadataException(string message, Exception? innerException = null, bool isTransient = false)
        : base("metadata", message, innerException)
    {
        IsTransient = isTransient;
        MoneyMoved = MoneyMoved.No;
    }
}
