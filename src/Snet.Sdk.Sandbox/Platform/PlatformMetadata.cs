using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Platform;

/// <summary>The files that describe the sandbox's organization and service, as a publisher writes them (protocol a.4 to a.7).</summary>
internal static class PlatformMetadata
{
    public const string OrganizationId = "test-org";
    public const string ServiceId = "test-service";
    public const string GroupName = "default_group";
    private const string GroupId = "rZNvy+1jH6Z+BcPqA5U5BSIcnUavBha3C63xBalm+xE=";
    private const int PriceInCogs = 5;
    private const int FreeCalls = 3;

    /// <summary>Writes the organization's metadata.</summary>
    /// <param name="threshold">The group's payment expiration threshold, in blocks.</param>
    public static JsonObject Organization(long threshold) => new()
    {
        ["org_name"] = "Sandbox organization", ["org_id"] = OrganizationId, ["org_type"] = "organization",
        ["description"] = new JsonObject { ["short_description"] = "Lives in one process.", ["description"] = "The organization of a sandbox.", ["url"] = "" },
        ["assets"] = new JsonObject(), ["contacts"] = new JsonArray(),
        ["groups"] = new JsonArray(new JsonObject
        {
            ["group_name"] = GroupName, ["group_id"] = GroupId,
            ["payment"] = new JsonObject
            {
                ["payment_address"] = TestKeys.Provider.Address.ToString(),
                ["payment_expiration_threshold"] = threshold,
                ["payment_channel_storage_type"] = "etcd",
                ["payment_channel_storage_client"] = new JsonObject
                {
                    ["connection_timeout"] = "100s", ["request_timeout"] = "5s", ["endpoints"] = new JsonArray("http://127.0.0.1:2379"),
                },
            },
        }),
    };

    /// <summary>Writes the service's metadata.</summary>
    /// <param name="daemon">The daemon's endpoint.</param>
    /// <param name="mpe">The escrow contract.</param>
    /// <param name="archive">The proto archive's content id.</param>
    /// <param name="changes">Members that replace those of the group.</param>
    public static JsonObject Service(Uri daemon, EthereumAddress mpe, string archive, JsonObject? changes)
    {
        var group = new JsonObject
        {
            ["group_name"] = GroupName, ["group_id"] = GroupId,
            ["endpoints"] = new JsonArray(daemon.GetLeftPart(UriPartial.Authority)),
            ["pricing"] = new JsonArray(new JsonObject { ["default"] = true, ["price_model"] = "fixed_price", ["price_in_cogs"] = PriceInCogs }),
            ["free_calls"] = FreeCalls, ["free_call_signer_address"] = TestKeys.FreeCall.Address.ToString(),
            ["daemon_addresses"] = new JsonArray(TestKeys.Daemon.Address.ToString()),
        };
        foreach (var (name, value) in changes ?? [])
            group[name] = value?.DeepClone();

        return new JsonObject
        {
            ["version"] = 1, ["display_name"] = "Sandbox service", ["encoding"] = "proto", ["service_type"] = "grpc",
            ["model_ipfs_hash"] = archive, ["service_api_source"] = "ipfs://" + archive, ["mpe_address"] = mpe.ToString(),
            ["groups"] = new JsonArray(group),
            ["service_description"] = new JsonObject { ["short_description"] = "A calculator, and speech to text that can be trained.", ["url"] = "" },
            ["contributors"] = new JsonArray(), ["media"] = new JsonArray(), ["tags"] = new JsonArray("sandbox"),
        };
    }

    /// <summary>Packs the service's proto files: a gzip of a tar of sorted bare names, without <c>training.proto</c>, which everybody has.</summary>
    /// <param name="dynamicPricing">
    /// Whether the service <c>Priced</c> is among them. The <c>pricing.proto</c> that it imports stays out: with it a daemon has dynamic prices after some
    /// of its starts only (protocol a.6).
    /// </param>
    public static byte[] ProtoArchive(bool dynamicPricing)
    {
        string[] names = dynamicPricing ? ["priced.proto", "service.proto"] : ["service.proto"];
        using var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionLevel.Optimal))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var name in names)
            {
                using var content = typeof(PlatformMetadata).Assembly.GetManifestResourceStream(name)
                    ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
                // The same bytes at each start, so the same content id.
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch });
            }
        }

        return archive.ToArray();
    }
}
