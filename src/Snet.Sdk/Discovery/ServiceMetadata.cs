using Snet.Ethereum;

namespace Snet.Sdk.Discovery;

/// <summary>What a service publishes about itself (protocol a.5).</summary>
/// <param name="OrgId">The organization's id.</param>
/// <param name="ServiceId">The service's id.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Description">A short description; empty when there is none.</param>
/// <param name="Encoding">How messages are encoded: <c>proto</c> or <c>json</c>.</param>
/// <param name="ServiceType">What runs behind the daemon; training works only with <c>grpc</c>.</param>
/// <param name="MpeAddress">The escrow contract that its daemon uses; only compared with the network's own.</param>
/// <param name="ApiSource">The content id or URI of the archive with its proto files.</param>
/// <param name="Groups">One for each payment group.</param>
/// <param name="Tags">Its tags.</param>
public sealed record ServiceMetadata(
    string OrgId,
    string ServiceId,
    string DisplayName,
    string Description,
    string Encoding,
    string ServiceType,
    EthereumAddress MpeAddress,
    string ApiSource,
    IReadOnlyList<ServiceGroup> Groups,
    IReadOnlyList<string> Tags);
