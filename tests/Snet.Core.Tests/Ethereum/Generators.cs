using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>Random material for properties: lengths and sizes gather where encodings change their form.</summary>
internal static class Generators
{
    private static readonly string[] Words = ["uint256", "uint64", "uint8", "address", "bool", "bytes32", "bytes4"];
    private static readonly string[] Types = [.. Words, "bytes", "string", "uint256[]", "address[]", "bytes32[]", "bool[]", "string[]", "bytes[]"];

    public static Gen<byte[]> BytesOf(int length) => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(length);

    public static Gen<byte[]> Bytes =>
        Gen.OneOf(Gen.Elements(0, 1, 31, 32, 33, 55, 56, 255, 256), Gen.Choose(0, 400)).SelectMany(BytesOf);

    public static Gen<BigInteger> Number(int bits) =>
        from size in Gen.Choose(0, bits / 8)
        from bytes in BytesOf(size)
        select new BigInteger(bytes, isUnsigned: true, isBigEndian: true);

    public static Gen<EthereumAddress> Address => BytesOf(20).Select(bytes => new EthereumAddress(bytes));

    public static Gen<PrivateKey> Key => BytesOf(32).Where(bytes => Secp256k1.IsPrivateKey(bytes)).Select(bytes => new PrivateKey(bytes));

    public static Gen<string> Text => Gen.Elements('a', 'é', '€', ' ', '\0', '中').ArrayOf().Select(letters => new string(letters));

    /// <summary>Types and values that fit them.</summary>
    public static Gen<(string[] Types, object[] Values)> AbiTuple =>
        from types in Gen.Elements(Types).ArrayOf()
        from values in Gen.CollectToArray(types, ValueOf)
        select (types, values);

    private static Gen<object> ValueOf(string type) => type switch
    {
        _ when type.EndsWith("[]", StringComparison.Ordinal) =>
            from count in Gen.Choose(0, 5)
            from items in ValueOf(type[..^2]).ArrayOf(count)
            select (object)items,
        "address" => Address.Select(a => (object)a),
        "bool" => Gen.Elements<object>(true, false),
        "bytes" => Bytes.Select(b => (object)b),
        "string" => Text.Select(t => (object)t),
        "bytes4" => BytesOf(4).Select(b => (object)b),
        "bytes32" => BytesOf(32).Select(b => (object)b),
        _ => Number(int.Parse(type.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture)).Select(n => (object)n),
    };
}
