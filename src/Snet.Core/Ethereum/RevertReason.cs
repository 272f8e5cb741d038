using System.Numerics;

namespace Snet.Ethereum;

/// <summary>Reads why a contract refused a call.</summary>
/// <seealso href="https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require">Error and Panic</seealso>
internal static class RevertReason
{
    private const int RevertCode = 3; // geth's code for a reverted call
    private const string InMessage = "execution reverted";

    private static readonly AbiFunction Error = new("Error(string)");
    private static readonly AbiFunction Panic = new("Panic(uint256)");

    /// <summary>Whether a node's refusal means that the contract reverted.</summary>
    public static bool IsRevert(JsonRpcException e) =>
        e.Code == RevertCode || (e.IsAnswer && e.Message.Contains("revert", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads revert data.</summary>
    /// <param name="data">The error's data as 0x text, or null.</param>
    /// <returns>The contract's text; null when it gave none.</returns>
    public static string? Read(string? data)
    {
        if (!Hex.TryDecode(data, out var bytes) || bytes.Length < 4)
            return null;
        try
        {
            if (bytes.AsSpan().StartsWith(Error.Selector))
                return (string)Error.DecodeArguments(bytes)[0];
            if (bytes.AsSpan().StartsWith(Panic.Selector))
                return $"panic 0x{(BigInteger)Panic.DecodeArguments(bytes)[0]:x2}";
        }
        catch (FormatException)
        {
            return null; // cut off or malformed: as good as no reason
        }

        return null;
    }

    /// <summary>Reads the reason out of a node's message, where the data is missing.</summary>
    public static string? FromMessage(string message)
    {
        var at = message.IndexOf(InMessage, StringComparison.OrdinalIgnoreCase);
        var reason = at < 0 ? string.Empty : message[(at + InMessage.Length)..].Trim(' ', ':');
        return reason.Length == 0 ? null : reason;
    }
}
