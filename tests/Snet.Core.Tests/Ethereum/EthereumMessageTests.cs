using System.Text;
using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class EthereumMessageTests
{
    private static IEnumerable<TestCaseData> Signatures => TestData.Cases("negative.json", "signatures.cases");

    private static JsonElement Negative => TestData.Vectors("negative.json").GetProperty("signatures");

    // The vectors give the digest alone; the message behind it is the first claim of sig_mpe_claim.json.
    private static byte[] Message => Hex.Decode(
        TestData.Vectors("sig_mpe_claim.json").GetProperty("cases")[0].GetProperty("keccak256_of_packed").GetString()!);

    [TestCaseSource(nameof(Signatures))]
    public void Recover_Vector_FindsTheSignerOfGoodOnesOnly(JsonElement vector)
    {
        Hex.Encode(EthereumMessage.Hash(Message)).ShouldBe(Negative.GetProperty("digest").GetString());
        var signer = EthereumAddress.Parse(Negative.GetProperty("expected_signer").GetString()!);

        var recovered = EthereumMessage.Recover(Message, Hex.Decode(vector.GetProperty("signature").GetString()!));

        if (vector.GetProperty("sdk").GetString() == "reject")
            recovered.ShouldNotBe(signer);
        else
            recovered.ShouldBe(signer);
    }

    [TestCaseSource(nameof(Signatures))]
    public void RecoverHash_VectorWithRecoverableSignature_FindsTheAddressThatTheVectorNames(JsonElement vector)
    {
        var signature = Hex.Decode(vector.GetProperty("signature").GetString()!);
        var expected = vector.GetProperty("recovered_after_v_mod_27").GetString();
        if (signature.Length != 65 || vector.GetProperty("daemon_normalized_v").GetInt32() > 1)
        {
            EthereumMessage.Recover(Message, signature).ShouldBeNull();
            return;
        }

        var recovered = EthereumMessage.RecoverHash(EthereumMessage.Hash(Message), signature.AsSpan(0, 64), signature[64] % 27);

        recovered.ShouldBe(expected is null ? null : EthereumAddress.Parse(expected));
    }

    // The example of EIP-191's personal_sign in ethers' and web3's documentation: the prefix counts bytes, not characters.
    [TestCase("", "0x5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad")]
    [TestCase("hello world", "0xd9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68")]
    public void Hash_KnownText_IsRight(string text, string expected) =>
        Hex.Encode(EthereumMessage.Hash(Encoding.UTF8.GetBytes(text))).ShouldBe(expected);

    [Test]
    public void SignMessage_AnyVector_HasLowS()
    {
        using var key = PrivateKey.Create();
        var half = new System.Numerics.BigInteger(
            Hex.Decode("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"), isUnsigned: true, isBigEndian: true);

        for (byte i = 0; i < 40; i++)
        {
            var signature = key.SignMessage([i]);
            new System.Numerics.BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true).ShouldBeLessThanOrEqualTo(half);
            signature[64].ShouldBeInRange((byte)27, (byte)28);
        }
    }
}
