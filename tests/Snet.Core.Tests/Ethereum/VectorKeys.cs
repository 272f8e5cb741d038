using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>The keys that the golden values were made with, by name.</summary>
internal static class VectorKeys
{
    public static PrivateKey Get(string name)
    {
        var entry = TestData.Vectors("keys.json").GetProperty("keys").EnumerateArray().Single(k => k.GetProperty("name").GetString() == name);
        return PrivateKey.Parse(entry.GetProperty("private_key").GetString()!);
    }
}
