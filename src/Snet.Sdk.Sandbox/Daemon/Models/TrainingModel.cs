using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>A model as the daemon stores it (protocol f.4). Whoever changes one writes the whole record back.</summary>
internal sealed record TrainingModel
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>The service's simple name, as given when the model was created; not checked.</summary>
    public required string ServiceName { get; init; }

    /// <inheritdoc cref="ServiceName"/>
    public required string MethodName { get; init; }

    public required bool IsPublic { get; init; }

    /// <summary>Who may read it, spelled as given.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The owner, in lower case.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>In lower case after creation, as sent after an update.</summary>
    public required string UpdatedBy { get; init; }

    /// <summary>dd-MM-yyyy in local time.</summary>
    public required string CreatedOn { get; init; }

    /// <inheritdoc cref="CreatedOn"/>
    public required string UpdatedOn { get; init; }

    public Status Status { get; init; }

    public string TrainingDataLink { get; init; } = "";

    /// <summary>The last quote in cogs; 0 while none was asked for.</summary>
    public ulong ValidatePrice { get; init; }

    /// <inheritdoc cref="ValidatePrice"/>
    public ulong TrainPrice { get; init; }

    /// <summary>Gives the model as clients see it.</summary>
    public ModelResponse ToResponse() => new()
    {
        ModelId = Id, Status = Status, CreatedDate = CreatedOn, UpdatedDate = UpdatedOn, Name = Name, Description = Description,
        GrpcMethodName = MethodName, GrpcServiceName = ServiceName, AddressList = { Addresses }, IsPublic = IsPublic,
        TrainingDataLink = TrainingDataLink, CreatedByAddress = CreatedBy, UpdatedByAddress = UpdatedBy,
    };
}
