namespace Snet.Sdk.Discovery;

/// <summary>What an organization publishes about itself (protocol a.4).</summary>
/// <param name="Id">Its id in the registry.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">What kind it says it is; empty when it does not.</param>
/// <param name="Description">A short description; empty when there is none.</param>
/// <param name="Groups">Its payment groups.</param>
public sealed record OrganizationMetadata(string Id, string Name, string Type, string Description, IReadOnlyList<PaymentGroup> Groups);
