using System.Collections.ObjectModel;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Services;

/// <summary>Settings of one call.</summary>
public sealed class ServiceCallOptions
{
    /// <summary>The model to work with: put into the request's field of type <c>training.ModelID</c>. Null (default): as the request says.</summary>
    public string? ModelId { get; init; }

    /// <summary>How long the call may take; above zero, at most 49 days. Null (default): <see cref="SnetClientOptions.CallTimeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How this call is paid. Null (default): <see cref="SnetClientOptions.PaymentMode"/>.</summary>
    public PaymentMode? PaymentMode { get; init; }

    /// <summary>Further request headers for the service, lower case; names that begin with <c>snet-</c> are the payment's own. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
