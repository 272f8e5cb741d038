using Snet.Ethereum;

namespace Snet.Sdk.Training;

/// <summary>What a new model is beside its name. Nothing of it is required.</summary>
public sealed class CreateModelOptions
{
    /// <summary>A description. Default: empty.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>Whether everybody may use the model. Default: false. It cannot be changed later (protocol f.4).</summary>
    public bool IsPublic { get; init; }

    /// <summary>Who besides the creator may use the model while it is private. Default: nobody.</summary>
    public IReadOnlyList<EthereumAddress> Addresses { get; init; } = [];
}
