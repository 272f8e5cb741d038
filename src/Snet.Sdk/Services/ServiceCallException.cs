namespace Snet.Sdk.Services;

/// <summary>A call failed for a reason that has no exception of its own.</summary>
public sealed class ServiceCallException : SnetException
{
    internal const string ErrorCode = "service_call";

    internal ServiceCallException(int statusCode, string detail, CallOrigin origin, string advice, bool isTransient = false, Exception? innerException = null)
        : base(ErrorCode, $"{Who(origin)} ended the call with status {statusCode}: {(detail.Length == 0 ? "no text" : detail)}. {advice}", innerException)
        => (StatusCode, Detail, Origin, IsTransient) = (statusCode, detail, origin, isTransient);

    /// <summary>The gRPC status; services may use numbers of their own.</summary>
    public int StatusCode { get; }

    /// <summary>The text that came with it.</summary>
    public string Detail { get; }

    /// <summary>Who ended the call.</summary>
    public CallOrigin Origin { get; }

    private static string Who(CallOrigin origin) => origin switch
    {
        CallOrigin.Service => "The service",
        CallOrigin.Daemon => "The daemon",
        _ => "The connection",
    };
}
