using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;
using Snet.Protocol;

namespace Snet.Sdk.Discovery;

/// <summary>Reads the JSON that organizations and services publish (protocol a.4, a.5): strict where money depends on it, patient elsewhere.</summary>
internal static class MetadataJson
{
    /// <exception cref="MetadataException">The JSON is malformed, or lacks what payments need.</exception>
    public static OrganizationMetadata ReadOrganization(string orgId, byte[] json) => Read(json, $"organization '{orgId}'", root =>
        new OrganizationMetadata(
            orgId, Text(root, "org_name"), Text(root, "org_type"), Description(root, "description"),
            [.. Items(root, "groups").Select(ReadPaymentGroup)]));

    /// <inheritdoc cref="ReadOrganization"/>
    public static ServiceMetadata ReadService(string orgId, string serviceId, byte[] json) => Read(json, $"service '{orgId}/{serviceId}'", root =>
        new ServiceMetadata(
            orgId, serviceId, Text(root, "display_name"), Description(root, "service_description"), Text(root, "encoding"), Text(root, "service_type"),
            EthereumAddress.TryParse(Text(root, "mpe_address"), out var mpe) ? mpe : default,
            Text(root, "service_api_source") is { Length: > 0 } source ? source : Text(root, "model_ipfs_hash"),
            [.. Items(root, "groups").Select(ReadServiceGroup)],
            [.. Items(root, "tags").Select(tag => tag.ToString())]));

    public static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : string.Empty;

    public static bool Flag(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : [];

    /// <summary>Reads a whole number of any size; null when it is absent or none.</summary>
    public static BigInteger? Integer(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && BigInteger.TryParse(value.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static T Read<T>(byte[] json, string what, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw new FormatException("it is no JSON object.");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new MetadataException($"The metadata of {what} is malformed: {e.Message} Ask its publisher to publish it again.", e);
        }
    }

    private static PaymentGroup ReadPaymentGroup(JsonElement group)
    {
        var payment = group.TryGetProperty("payment", out var p) ? p : default;
        return new PaymentGroup(
            Text(group, "group_name"), CheckedGroupId(group), ReadPaymentAddress(Text(payment, "payment_address")),
            Integer(payment, "payment_expiration_threshold") is { } threshold && threshold >= 0 && threshold <= long.MaxValue
                ? (long)threshold
                : throw new FormatException("payment_expiration_threshold is no number of blocks."));
    }

    // Publishers write the address in any letter case, and not every one of them knows the checksum (protocol a.4, j.2 P19).
    private static EthereumAddress ReadPaymentAddress(string text) =>
        Hex.TryDecode(text.ToLowerInvariant(), out var bytes) && bytes.Length == EthereumAddress.Size && new EthereumAddress(bytes) is { IsZero: false } address
            ? address
            : throw new FormatException($"payment_address '{text}' is no address that can be paid.");

    private static ServiceGroup ReadServiceGroup(JsonElement group) => new(
        Text(group, "group_name"), CheckedGroupId(group), [.. Items(group, "endpoints").Select(ReadEndpoint)],
        ServicePricing.Read(group.TryGetProperty("pricing", out var pricing) ? pricing : default),
        Integer(group, "free_calls") is { } calls && calls > 0 && calls <= long.MaxValue ? (long)calls : 0,
        EthereumAddress.TryParse(Text(group, "free_call_signer_address"), out var signer) && !signer.IsZero ? signer : null);

    private static Uri ReadEndpoint(JsonElement endpoint) =>
        Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new FormatException($"the endpoint '{endpoint}' is no http or https address.");

    private static string CheckedGroupId(JsonElement group)
    {
        var id = Text(group, "group_id");
        _ = Bytes32.FromGroupId(id);
        return id;
    }

    private static string Description(JsonElement root, string name) =>
        root.TryGetProperty(name, out var description)
            ? Text(description, "short_description") is { Length: > 0 } text ? text : Text(description, "description")
            : string.Empty;
}
