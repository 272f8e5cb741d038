namespace Snet.Sdk.Training;

/// <summary>The provider reports that validation or training failed, or the model was deleted while it was waited for.</summary>
public sealed class ModelFailedException : SnetException
{
    internal ModelFailedException(SnetModel model)
        : base("model_failed", $"The model '{model.Id}' ended as {model.Status}. The platform tells no reason: check the dataset against the method's description, ask the provider, then upload or train again.")
    {
        Model = model;
        MoneyMoved = MoneyMoved.Yes;
    }

    /// <summary>The model as it is now.</summary>
    public SnetModel Model { get; }
}
