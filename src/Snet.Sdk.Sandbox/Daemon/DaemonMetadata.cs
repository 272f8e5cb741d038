using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>What the daemon takes from Registry and storage when it starts (protocol a.4 to a.7).</summary>
/// <param name="Organization">The organization's metadata.</param>
/// <param name="Service">The service's metadata.</param>
/// <param name="GroupIdText">The payment group's id as base64 text, from the organization.</param>
/// <param name="GroupId">The same, 32 bytes.</param>
/// <param name="Recipient">The group's payment address.</param>
/// <param name="Threshold">How many blocks a channel must last beyond the latest one; more than these.</param>
/// <param name="ServiceGroup">The group of the service's metadata: <c>pricing</c>, <c>free_calls</c>.</param>
/// <param name="ProtoFiles">The service's proto files by name.</param>
internal sealed record DaemonMetadata(
    JsonObject Organization,
    JsonObject Service,
    string GroupIdText,
    byte[] GroupId,
    EthereumAddress Recipient,
    long Threshold,
    JsonObject ServiceGroup,
    IReadOnlyDictionary<string, string> ProtoFiles)
{
    /// <summary>How service messages are encoded: <c>proto</c> or <c>json</c>.</summary>
    public string Encoding => (string?)Service["encoding"] ?? "proto";

    /// <summary>Free calls for each user.</summary>
    public long FreeCalls => (long?)ServiceGroup["free_calls"] ?? 0;
}
