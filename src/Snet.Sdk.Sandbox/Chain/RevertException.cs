using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>A contract refuses a call; everything that the call changed is taken back.</summary>
/// <param name="reason">The contract's text; null when it gives none.</param>
internal sealed class RevertException(string? reason) : Exception(reason ?? "The contract gave no reason.")
{
    private static readonly AbiFunction Error = new("Error(string)");

    /// <summary>The contract's text; null when it gives none.</summary>
    public string? Reason { get; } = reason;

    /// <summary>What the caller gets: <c>Error(string)</c>, or nothing.</summary>
    public byte[] Answer => Reason is null ? [] : Error.Encode(Reason);

    /// <summary>Refuses unless a condition holds, as Solidity's <c>require</c>.</summary>
    public static void Require(bool condition, string? reason = null)
    {
        if (!condition)
            throw new RevertException(reason);
    }
}
