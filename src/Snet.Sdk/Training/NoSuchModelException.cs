namespace Snet.Sdk.Training;

/// <summary>There is no model with this id.</summary>
public sealed class NoSuchModelException : SnetException
{
    internal NoSuchModelException(string modelId)
        : base("no_such_model", $"There is no model '{modelId}' in this service, or it was deleted. GetAllModelsAsync lists those that you can use.")
    {
        ModelId = modelId;
        MoneyMoved = MoneyMoved.No;
    }

    /// <summary>The id that was asked for.</summary>
    public string ModelId { get; }
}
