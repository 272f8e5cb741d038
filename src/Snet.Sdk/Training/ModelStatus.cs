namespace Snet.Sdk.Training;

/// <summary>Where a model stands. Numbers that are not named here are passed through as they come.</summary>
public enum ModelStatus
{
    /// <summary>Made; no data yet.</summary>
    Created = 0,

    /// <summary>The provider checks the dataset.</summary>
    Validating = 1,

    /// <summary>The dataset is good.</summary>
    Validated = 2,

    /// <summary>The provider trains.</summary>
    Training = 3,

    /// <summary>The service can be called with the model.</summary>
    ReadyToUse = 4,

    /// <summary>Validation or training failed at the provider.</summary>
    Errored = 5,

    /// <summary>Deleted by its creator.</summary>
    Deleted = 6,
}
