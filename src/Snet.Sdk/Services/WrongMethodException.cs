namespace Snet.Sdk.Services;

/// <summary>The service has no such method. Nothing was sent.</summary>
public sealed class WrongMethodException : SnetException
{
    internal WrongMethodException(string method, string kind, IReadOnlyList<string> available)
        : base("wrong_method", $"There is no {kind} '{method}' in this service. There are: {(available.Count == 0 ? "none" : string.Join(", ", available))}.")
    {
        (Method, AvailableMethods) = (method, available);
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The name that was asked for.</summary>
    public string Method { get; }

    /// <summary>The names that there are.</summary>
    public IReadOnlyList<string> AvailableMethods { get; }
}
