using Snet.Ethereum;

namespace Snet.Sdk.Training;

/// <summary>Which models are listed. What is not set does not filter.</summary>
public sealed class ModelFilter
{
    /// <summary>The statuses. Empty (default): all, deleted ones included.</summary>
    public IReadOnlyList<ModelStatus> Statuses { get; init; } = [];

    /// <summary>True: public ones only; false: private ones only; null (default): private ones that this account may use and all public ones.</summary>
    public bool? IsPublic { get; init; }

    /// <summary>Text that the method's name contains, case-sensitive.</summary>
    public string? MethodName { get; init; }

    /// <summary>Text that the service's name in the proto file contains, case-sensitive.</summary>
    public string? ServiceName { get; init; }

    /// <summary>Text that the model's name contains, in any letter case.</summary>
    public string? Name { get; init; }

    /// <summary>Who made the model.</summary>
    public EthereumAddress? CreatedBy { get; init; }
}
