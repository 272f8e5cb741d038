using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>Packs the parts of a message one after the other, as a scenario lists them: <c>[type, value]</c> each.</summary>
internal static class Parts
{
    /// <summary>Gives the bytes.</summary>
    public static byte[] Pack(JsonArray parts, Values values) => [.. parts.SelectMany(part => One(part!.AsArray(), values))];

    private static byte[] One(JsonArray part, Values values)
    {
        if (part.Count != 2)
            throw new ScenarioException($"{part.ToJsonString()} is not a type and a value");
        var (type, value) = (part[0]!.GetValue<string>(), part[1]!);
        return type switch
        {
            "utf8" => Encoding.UTF8.GetBytes(values.Text(value)),
            "address" => values.Address(value).ToByteArray(),
            "uint256" => Word(values.Number(value)),
            "bytes" => values.Bytes(value),
            "hex" => Convert.FromHexString(values.Text(value) is ['0', 'x', .. var digits] ? digits : values.Text(value)),
            _ => throw new ScenarioException($"'{type}' is a type of part that the replayer does not know"),
        };
    }

    private static byte[] Word(BigInteger number)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
