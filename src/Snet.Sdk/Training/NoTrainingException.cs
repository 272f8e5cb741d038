namespace Snet.Sdk.Training;

/// <summary>The service does not offer training.</summary>
public sealed class NoTrainingException : SnetException
{
    internal NoTrainingException(string service, string reason)
        : base("no_training", $"The service {service} offers no training: {reason}. Its methods can be called as they are; choose another service to train a model.")
        => MoneyMoved = MoneyMoved.No;
}
