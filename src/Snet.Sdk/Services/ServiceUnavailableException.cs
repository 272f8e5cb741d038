namespace Snet.Sdk.Services;

/// <summary>No endpoint of the service's group answers.</summary>
public sealed class ServiceUnavailableException : SnetException
{
    internal ServiceUnavailableException(string service, IReadOnlyList<Uri> endpoints, string lastError, Exception? innerException = null)
        : base(
            "service_unavailable",
            $"No endpoint of {service} answers ({string.Join(", ", endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)))}): {lastError}. Try later, or ask the provider.",
            innerException)
    {
        Endpoints = endpoints;
        IsTransient = true;
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The endpoints that were tried.</summary>
    public IReadOnlyList<Uri> Endpoints { get; }
}
