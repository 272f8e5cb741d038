namespace Snet.Sdk;

/// <summary>The base of every error that this SDK reports.</summary>
/// <remarks>
/// Wrong arguments are <see cref="ArgumentException"/> and cancellation by the caller is always <see cref="OperationCanceledException"/>;
/// everything else that goes wrong is of this tree. Each kind has its paragraph in <c>docs/errors.md</c>, to which <see cref="Exception.HelpLink"/> points.
/// </remarks>
public abstract class SnetException : Exception
{
    private const string Docs = "docs/errors.md#";

    /// <summary>Makes an error.</summary>
    /// <param name="code">Which error, for good: lower-case words with underscores.</param>
    /// <param name="message">What happened, with which values, and what to do next.</param>
    /// <param name="innerException">What caused it.</param>
    private protected SnetException(string code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        HelpLink = Docs + code;
    }

    /// <summary>Which error this is; the value never changes between versions.</summary>
    public string Code { get; }

    /// <summary>Whether a payment was taken for the call that failed.</summary>
    public MoneyMoved MoneyMoved { get; internal set; }

    /// <summary>Whether the very same call may succeed later.</summary>
    public bool IsTransient { get; internal init; }

    /// <summary>How long to wait before trying again, where the other side said so.</summary>
    public TimeSpan? RetryAfter { get; internal init; }
}
