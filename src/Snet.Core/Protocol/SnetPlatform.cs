using System.Text.Json;
using System.Text.Json.Serialization;
using Snet.Ethereum;

namespace Snet.Protocol;

/// <summary>A whole platform to work against: a chain, storage, a daemon, a service, and funded keys, as one JSON file.</summary>
/// <remarks>The sandbox gives one. It holds private keys, so it prints only what is harmless; keep its file as you would keep a key.</remarks>
public sealed class SnetPlatform
{
    /// <summary>The node's JSON-RPC endpoint.</summary>
    public required Uri Rpc { get; init; }

    /// <summary>The chain's id.</summary>
    public required long ChainId { get; init; }

    /// <summary>The storage's IPFS HTTP API.</summary>
    public required Uri Ipfs { get; init; }

    /// <summary>The daemon's endpoint, which the service's metadata names as well.</summary>
    public required Uri Daemon { get; init; }

    /// <summary>The token contract.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required EthereumAddress Token { get; init; }

    /// <summary>The MultiPartyEscrow contract.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required EthereumAddress Mpe { get; init; }

    /// <summary>The Registry contract.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required EthereumAddress Registry { get; init; }

    /// <summary>The organization.</summary>
    public required string OrgId { get; init; }

    /// <summary>The service, with trainable methods.</summary>
    public required string ServiceId { get; init; }

    /// <summary>The payment group.</summary>
    public required string GroupName { get; init; }

    /// <summary>Private keys whose accounts hold tokens and ether.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The group's payment address.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required EthereumAddress Recipient { get; init; }

    /// <summary>Reads a platform from JSON.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The platform.</returns>
    /// <exception cref="FormatException">Members are missing or malformed; the message names the first.</exception>
    public static SnetPlatform FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, PlatformJson.Default.SnetPlatform)
                ?? throw new FormatException("The platform's JSON is empty.");
        }
        catch (JsonException e)
        {
            // The parser's own message can quote the input, keys included; its path cannot.
            throw new FormatException($"The platform's JSON is malformed at '{e.Path ?? "$"}'. It needs rpc, chainId, ipfs, daemon, "
                + "token, mpe, registry, orgId, serviceId, groupName, keys and recipient.");
        }
    }

    /// <summary>Reads a platform from a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The platform.</returns>
    /// <exception cref="FormatException">Members are missing or malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SnetPlatform FromFile(string path) => FromJson(File.ReadAllText(path));

    /// <summary>Writes the platform as JSON, private keys included.</summary>
    /// <returns>The text that <see cref="FromJson"/> reads.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, PlatformJson.Default.SnetPlatform);

    /// <inheritdoc/>
    public override string ToString() => $"{OrgId}/{ServiceId} on chain {ChainId}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SnetPlatform))]
internal sealed partial class PlatformJson : JsonSerializerContext;

internal sealed class AddressConverter : JsonConverter<EthereumAddress>
{
    public override EthereumAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        EthereumAddress.TryParse(reader.GetString(), out var address) ? address : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, EthereumAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
