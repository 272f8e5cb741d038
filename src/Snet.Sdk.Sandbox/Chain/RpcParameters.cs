using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Chain;

/// <summary>The arguments of one JSON-RPC request, by position. What is missing or malformed is refused with -32602.</summary>
internal readonly struct RpcParameters
{
    private readonly JsonElement[] _values;

    public RpcParameters(JsonElement request)
    {
        var given = request.TryGetProperty("params", out var parameters) && parameters.ValueKind != JsonValueKind.Null;
        if (given && parameters.ValueKind != JsonValueKind.Array)
            throw new RpcException("non-array args", -32602);
        _values = given ? [.. parameters.EnumerateArray()] : [];
    }

    /// <summary>Gives an argument, unless it is absent or null.</summary>
    public bool TryGet(int index, out JsonElement value)
    {
        value = index < _values.Length ? _values[index] : default;
        return value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
    }

    public JsonElement Required(int index) =>
        TryGet(index, out var value) ? value : throw new RpcException($"missing value for required argument {index}", -32602);

    public EthereumAddress Address(int index) => Address(Required(index), index);

    public byte[] Bytes(int index) => Bytes(Required(index), index);

    /// <summary>Reads a transaction's or block's hash; gives it in lower case.</summary>
    public string Hash(int index) => Hash(Required(index), index);

    public BigInteger Number(int index) => Number(Required(index), index);

    public bool Flag(int index) => TryGet(index, out var value) && value.ValueKind == JsonValueKind.True;

    // Addresses come in any letter case; nodes do not look at checksums.
    public static EthereumAddress Address(JsonElement value, int index)
    {
        var bytes = Bytes(value, index);
        return bytes.Length == EthereumAddress.Size ? new EthereumAddress(bytes) : throw Invalid(index, "hex string has wrong length for common.Address");
    }

    public static string Hash(JsonElement value, int index)
    {
        var bytes = Bytes(value, index);
        return bytes.Length == 32 ? Hex.Encode(bytes) : throw Invalid(index, "hex string has wrong length for common.Hash");
    }

    public static byte[] Bytes(JsonElement value, int index) =>
        Hex.TryDecode(Text(value), out var bytes) ? bytes : throw Invalid(index, "cannot unmarshal hex string");

    public static BigInteger Number(JsonElement value, int index)
    {
        try
        {
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
                ? number
                : Hex.DecodeNumber(Text(value));
        }
        catch (FormatException)
        {
            throw Invalid(index, "cannot unmarshal hex number");
        }
    }

    public static RpcException Invalid(int index, string problem) => new($"invalid argument {index}: {problem}", -32602);

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Reads a member of an object argument, unless it is absent or null.</summary>
    public static bool TryGet(JsonElement value, string member, [NotNullWhen(true)] out JsonElement found) =>
        value.TryGetProperty(member, out found) && found.ValueKind != JsonValueKind.Null;
}
