using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Reads organization, service and proto files as the daemon does when it starts: Registry by JSON-RPC, files by the IPFS API
/// (protocol a).</summary>
internal sealed partial class MetadataReader(DaemonSettings settings, DaemonChain chain) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Reads everything.</summary>
    /// <exception cref="InvalidOperationException">Something is missing; the daemon does not start then.</exception>
    public async Task<DaemonMetadata> ReadAsync(CancellationToken cancellationToken)
    {
        var organization = await ReadJsonAsync(
            RegistryContract.GetOrganizationById, [Bytes32.FromId(settings.OrgId)], $"organization '{settings.OrgId}'", cancellationToken)
            .ConfigureAwait(false);
        var service = await ReadJsonAsync(
            RegistryContract.GetServiceRegistrationById, [Bytes32.FromId(settings.OrgId), Bytes32.FromId(settings.ServiceId)],
            $"service '{settings.ServiceId}'", cancellationToken).ConfigureAwait(false);

        // Group id, address and threshold are the organization's; pricing and free calls the service's (a.5).
        var group = FindGroup(organization, "organization");
        var payment = group["payment"]!.AsObject();
        var groupId = (string)group["group_id"]!;
        // The newer pointer wins when both are set.
        var archive = (string?)service["service_api_source"] ?? (string?)service["model_ipfs_hash"]
            ?? throw new InvalidOperationException("The service's metadata names no proto files.");
        return new DaemonMetadata(
            organization, service, groupId, Bytes32.FromGroupId(groupId), EthereumAddress.Parse((string)payment["payment_address"]!),
            (long)payment["payment_expiration_threshold"]!, FindGroup(service, "service"),
            ReadArchive(await FetchAsync(archive, cancellationToken).ConfigureAwait(false)));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> ReadJsonAsync(AbiFunction function, object[] arguments, string what, CancellationToken cancellationToken)
    {
        var answer = await chain.ReadRegistryAsync(function, arguments, cancellationToken).ConfigureAwait(false);
        if (!(bool)answer[0])
            throw new InvalidOperationException($"The {what} is not in the Registry.");
        var file = await FetchAsync(Bytes32.ToText((byte[])answer[2]), cancellationToken).ConfigureAwait(false);
        return JsonNode.Parse(file) as JsonObject ?? throw new InvalidOperationException($"The metadata of the {what} is no JSON object.");
    }

    private JsonObject FindGroup(JsonObject metadata, string what) =>
        metadata["groups"]?.AsArray().Select(group => group!.AsObject())
            .FirstOrDefault(group => (string?)group["group_name"] == settings.GroupName)
        ?? throw new InvalidOperationException($"The {what}'s metadata has no group '{settings.GroupName}'.");

    private async Task<byte[]> FetchAsync(string uri, CancellationToken cancellationToken)
    {
        // The daemon takes away the scheme and whatever cannot stand in a content id (a.2).
        var cid = NotInCid().Replace(uri.Replace("ipfs://", "", StringComparison.Ordinal), "");
        using var response = await _http.PostAsync(new Uri(settings.Ipfs, $"/api/v0/cat?arg={cid}"), null, cancellationToken)
            .ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    // A tar, or a gzip of one; what is no .proto file is skipped (a.7).
    private static Dictionary<string, string> ReadArchive(byte[] archive)
    {
        Stream stream = new MemoryStream(archive);
        if (archive is [0x1f, 0x8b, ..])
            stream = new GZipStream(stream, CompressionMode.Decompress);
        using var tar = new TarReader(stream);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || !entry.Name.EndsWith(".proto", StringComparison.Ordinal))
                continue;
            using var reader = new StreamReader(entry.DataStream, Encoding.UTF8);
            files[entry.Name] = reader.ReadToEnd();
        }

        return files;
    }

    [GeneratedRegex("[^a-zA-Z0-9=]")]
    private static partial Regex NotInCid();
}
