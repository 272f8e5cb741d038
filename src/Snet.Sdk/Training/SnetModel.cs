using Snet.Ethereum;

namespace Snet.Sdk.Training;

/// <summary>What the platform knows of a model. The model itself stays with the provider.</summary>
/// <param name="Id">Its id, which every later call needs.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">Its description; empty when there is none.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="MethodName">The service method that it was made for.</param>
/// <param name="ServiceName">The service in the proto file that has the method.</param>
/// <param name="Addresses">Who may use it while it is private, the creator included.</param>
/// <param name="IsPublic">Whether everybody may use it; fixed at creation.</param>
/// <param name="TrainingDataLink">Where the provider fetched the data; empty for uploads.</param>
/// <param name="CreatedBy">Who made it; null when the daemon does not say.</param>
/// <param name="UpdatedBy">Who changed it last.</param>
/// <param name="CreatedOn">The day, in the daemon's time zone.</param>
/// <param name="UpdatedOn">The day of the last change.</param>
public sealed record SnetModel(
    string Id,
    string Name,
    string Description,
    ModelStatus Status,
    string MethodName,
    string ServiceName,
    IReadOnlyList<EthereumAddress> Addresses,
    bool IsPublic,
    string TrainingDataLink,
    EthereumAddress? CreatedBy,
    EthereumAddress? UpdatedBy,
    DateOnly? CreatedOn,
    DateOnly? UpdatedOn)
{
    /// <summary>Writes the model for people to read.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => $"{Id} '{Name}' ({ServiceName}/{MethodName}): {Status}{(IsPublic ? ", public" : string.Empty)}";
}
