using Snet.Ethereum;

namespace Snet.Sdk.Training;

/// <summary>The model exists and this address may not do that to it.</summary>
public sealed class ModelAccessDeniedException : SnetException
{
    internal ModelAccessDeniedException(string modelId, EthereumAddress address)
        : base("model_access_denied", $"{address} may not do that to the model '{modelId}': only its creator changes, trains and deletes it. Use the creator's signer, or create a model of your own.")
    {
        (ModelId, Address) = (modelId, address);
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The model.</summary>
    public string ModelId { get; }

    /// <summary>Who asked.</summary>
    public EthereumAddress Address { get; }
}
