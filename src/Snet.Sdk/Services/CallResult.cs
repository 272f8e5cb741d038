using Snet.Sdk.Payments;

namespace Snet.Sdk.Services;

/// <summary>A service's answer and what it cost. It converts to the answer by itself.</summary>
/// <typeparam name="T">The answer's type.</typeparam>
/// <param name="Value">The answer.</param>
/// <param name="Paid">What was paid for it.</param>
/// <param name="Receipt">The payment's receipt; null when nothing was signed.</param>
/// <param name="Headers">What the service sent beside the answer, headers and trailers; binary values as base64.</param>
public sealed record CallResult<T>(T Value, TokenAmount Paid, PaymentReceipt? Receipt, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Gives the answer.</summary>
    /// <param name="result">The result.</param>
    public static implicit operator T(CallResult<T> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Value;
    }
}
