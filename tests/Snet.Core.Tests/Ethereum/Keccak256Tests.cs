using System.Text;
using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class Keccak256Tests
{
    private static IEnumerable<TestCaseData> Hashes =>
        TestData.Cases("keccak256.json", "cases", v => $"{(v.GetProperty("input_hex").GetString()!.Length / 2) - 1} bytes");

    private static IEnumerable<TestCaseData> Selectors =>
        TestData.Cases("keccak256.json", "function_selectors_are_the_first_4_bytes", v => v.GetProperty("signature").GetString());

    [TestCaseSource(nameof(Hashes))]
    public void Hash_Vector_IsRight(JsonElement vector)
    {
        var input = Hex.Decode(vector.GetProperty("input_hex").GetString()!);

        Hex.Encode(Keccak256.Hash(input)).ShouldBe(vector.GetProperty("keccak256").GetString());
        if (vector.TryGetProperty("input_utf8", out var text))
            Encoding.UTF8.GetBytes(text.GetString()!).ShouldBe(input);
    }

    [TestCaseSource(nameof(Hashes))]
    public void Hash_VectorCutInTwo_IsTheSame(JsonElement vector)
    {
        var input = Hex.Decode(vector.GetProperty("input_hex").GetString()!).AsSpan();

        Hex.Encode(Keccak256.Hash(input[..(input.Length / 3)], input[(input.Length / 3)..])).ShouldBe(vector.GetProperty("keccak256").GetString());
    }

    [TestCaseSource(nameof(Selectors))]
    public void Selector_Vector_IsRight(JsonElement vector) =>
        Hex.Encode(new AbiFunction(vector.GetProperty("signature").GetString()!).Selector).ShouldBe(vector.GetProperty("selector").GetString());
}
