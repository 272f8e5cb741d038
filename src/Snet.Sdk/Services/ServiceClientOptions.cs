namespace Snet.Sdk.Services;

/// <summary>Settings of one service client.</summary>
public sealed class ServiceClientOptions
{
    /// <summary>The payment group to use. Null (default): <c>default_group</c> if the service has it, else its first.</summary>
    public string? GroupName { get; init; }
}
