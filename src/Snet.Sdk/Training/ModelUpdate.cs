using Snet.Ethereum;

namespace Snet.Sdk.Training;

/// <summary>Changes of a model; what is not set stays as it is.</summary>
public sealed class ModelUpdate
{
    /// <summary>A new name; empty text is a name too. Null (default): no change.</summary>
    public string? Name { get; init; }

    /// <summary>A new description; empty text clears it. Null (default): no change.</summary>
    public string? Description { get; init; }

    /// <summary>The whole new list of those who may use the model; the creator is added by itself. Null (default): no change.</summary>
    /// <remarks>Daemons add the new and do not reliably take away the old (protocol f.4): don't rely on revocation. The returned model shows what became of it.</remarks>
    public IReadOnlyList<EthereumAddress>? Addresses { get; init; }
}
