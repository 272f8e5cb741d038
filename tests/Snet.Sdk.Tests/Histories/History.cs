using System.Collections;
using System.Globalization;
using System.Numerics;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What happens to one account: how it begins, and one step after the other.</summary>
/// <remarks>It prints itself as code, so that a history that fails can be kept as a test.</remarks>
internal sealed record History(Setup Setup, params Step[] Steps)
{
    public override string ToString() => Code.Of(this);
}

/// <summary>How a history begins.</summary>
/// <param name="Tokens">What the account's wallet holds, in cogs.</param>
/// <param name="CallsAhead">For how many calls a channel is filled at a time.</param>
/// <param name="OwnSigner">Whether a key that holds nothing signs the payments.</param>
/// <param name="Mode">How calls are paid.</param>
/// <param name="OnDisk">Whether receipts and the memory of channels are kept in a data directory, which all processes share.</param>
/// <param name="MaxPerCall">The policy's limit for one call or plan, in cogs; 0 for none.</param>
/// <param name="MaxTotal">The policy's limit in all, in cogs; 0 for none.</param>
internal sealed record Setup(
    int Tokens = 100, int CallsAhead = 3, bool OwnSigner = false, PaymentMode Mode = PaymentMode.Escrow, bool OnDisk = false, int MaxPerCall = 0, int MaxTotal = 0);

/// <summary>Writes records as the C# that makes them.</summary>
internal static class Code
{
    public static string Of(object value) => value switch
    {
        History history => $"new History(\n    {Of(history.Setup)}{string.Concat(history.Steps.Select(step => ",\n    " + Of(step)))})",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        Enum name => $"{name.GetType().Name}.{name}",
        IFormattable number and (int or long or BigInteger) => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => string.Join(", ", items.Cast<object>().Select(Of)),
        _ => $"new {value.GetType().Name}({string.Join(", ", Arguments(value))})",
    };

    private static IEnumerable<string> Arguments(object record) => record.GetType().GetConstructors()[0].GetParameters()
        .Select(parameter => (parameter.Name, Text: Of(record.GetType().GetProperty(parameter.Name!)!.GetValue(record)!)))
        .Where(argument => argument.Text.Length > 0).Select(argument => argument.Text);
}
