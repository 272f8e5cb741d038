using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>Values as the vectors write them: numbers and bytes as text, lists as arrays.</summary>
internal static class AbiValues
{
    /// <summary>Reads a vector's value into what <see cref="Abi"/> takes.</summary>
    public static object Read(string type, JsonElement value) => type switch
    {
        _ when type.EndsWith("[]", StringComparison.Ordinal) =>
            value.EnumerateArray().Select(item => Read(type[..^2], item)).ToArray(),
        "address" => EthereumAddress.Parse(value.GetString()!),
        "bool" => value.GetBoolean(),
        "string" => value.GetString()!,
        _ when type.StartsWith("uint", StringComparison.Ordinal) => BigInteger.Parse(value.ToString(), CultureInfo.InvariantCulture),
        _ => Hex.Decode(value.GetString()!),
    };

    /// <summary>Reads a list of members with type and value.</summary>
    public static (string[] Types, object[] Values) ReadAll(JsonElement list) =>
        ([.. list.EnumerateArray().Select(v => v.GetProperty("type").GetString()!)],
         [.. list.EnumerateArray().Select(v => Read(v.GetProperty("type").GetString()!, v.GetProperty("value")))]);

    /// <summary>Gives the functions or events that a contract class declares, by field name.</summary>
    public static Dictionary<string, T> Declared<T>(Type contract) =>
        contract.GetFields().Where(f => f.FieldType == typeof(T)).ToDictionary(f => f.Name, f => (T)f.GetValue(null)!);
}
