namespace Snet.Sdk.Services;

/// <summary>A method of a service.</summary>
/// <param name="Name">Its name in the proto file.</param>
/// <param name="ServiceName">The service in the proto file, without package.</param>
/// <param name="Path">The full path, <c>/package.Service/method</c>.</param>
/// <param name="IsTrainable">Whether models can be trained for it: its request has a field of type <c>training.ModelID</c>.</param>
/// <param name="Price">What a call costs; null when the metadata names no price.</param>
public sealed record ServiceMethod(string Name, string ServiceName, string Path, bool IsTrainable, TokenAmount? Price)
{
    /// <summary>Writes the method for people to read.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => $"{ServiceName}/{Name}{(IsTrainable ? " (trainable)" : string.Empty)}: {Price?.ToString() ?? "no price"}";
}
