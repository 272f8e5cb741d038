namespace Snet.Sdk.Training;

/// <summary>What a service can train.</summary>
/// <param name="TrainingEnabled">Whether the provider has switched training on.</param>
/// <param name="TrainingInProto">Whether the service's proto files have trainable methods.</param>
/// <param name="TrainingMethods">The trainable methods of each service in the proto files.</param>
public sealed record TrainingMetadata(
    bool TrainingEnabled, bool TrainingInProto, IReadOnlyDictionary<string, IReadOnlyList<string>> TrainingMethods)
{
    /// <summary>Writes it for people to read.</summary>
    /// <returns>One line for each fact and each service.</returns>
    public override string ToString() => string.Join(Environment.NewLine, [
        $"training enabled: {(TrainingEnabled ? "yes" : "no")}",
        $"training in proto: {(TrainingInProto ? "yes" : "no")}",
        .. TrainingMethods.Select(service => $"{service.Key}: {string.Join(", ", service.Value)}"),
    ]);
}
