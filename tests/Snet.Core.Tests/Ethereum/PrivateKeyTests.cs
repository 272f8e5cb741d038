using System.Reflection;
using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class PrivateKeyTests
{
    private const string Key = "0x684c33fb0be8dca4e6633bf68fc69067450d37589cd9e952965654681ddd7ece";

    private static IEnumerable<TestCaseData> Keys => TestData.Cases("keys.json", "keys");
    private static IEnumerable<TestCaseData> Forms => TestData.Cases("keys.json", "accepted_text_forms_of_sender", v => v.GetString()!.Length + " characters");
    private static IEnumerable<TestCaseData> Malformed => TestData.Cases("negative.json", "private_keys");

    [TestCaseSource(nameof(Keys))]
    public void Parse_Vector_HasPublicKeyAndAddress(JsonElement vector)
    {
        string Member(string name) => vector.GetProperty(name).GetString()!;
        using var key = PrivateKey.Parse(Member("private_key"));
        var publicKey = Secp256k1.PublicKey(Hex.Decode(Member("private_key")));

        ("0x04" + Hex.Encode(publicKey)[2..]).ShouldBe(Member("public_key_uncompressed"));
        Hex.Encode(Keccak256.Hash(publicKey)).ShouldBe(Member("keccak256_of_public_key_xy"));
        key.Address.ToString().ShouldBe(Member("address_eip55"));
        key.Address.ToLowerString().ShouldBe(Member("address_lower"));
        key.ExportHex().ShouldBe(Member("private_key"));
    }

    [TestCaseSource(nameof(Forms))]
    public void Parse_AcceptedForm_IsTheSameKey(JsonElement vector)
    {
        using var key = PrivateKey.Parse(vector.GetString()!);

        key.Address.ToString().ShouldBe("0xd2Cefac22AE8D663AF83CDa535dcE80e55902A4e");
    }

    [TestCaseSource(nameof(Malformed))]
    public void Parse_MalformedVector_IsRefusedWithoutRepeatingIt(JsonElement vector)
    {
        vector.GetProperty("expect").GetString().ShouldBe("reject");
        var input = vector.GetProperty("input").GetString()!;

        var message = Should.Throw<FormatException>(() => PrivateKey.Parse(input)).Message;

        if (input.Length > 2)
            message.ShouldNotContain(input[2..]);
    }

    [Test]
    public void ToString_Key_TellsTheAddressOnly()
    {
        using var key = PrivateKey.Parse(Key);

        key.ToString().ShouldBe("private key of 0xd2Cefac22AE8D663AF83CDa535dcE80e55902A4e");
    }

    [Test]
    public void Dispose_Key_LeavesNoByteOfIt()
    {
        var key = PrivateKey.Create();
        var bytes = (byte[])typeof(PrivateKey).GetField("_bytes", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(key)!;
        bytes.ShouldContain(b => b != 0);

        key.Dispose();

        bytes.ShouldAllBe(b => b == 0);
    }

    [Test]
    public void Dispose_Key_SignsAndTellsNothingMore()
    {
        var key = PrivateKey.Parse(Key);
        key.Dispose();

        Should.Throw<ObjectDisposedException>(() => key.SignHash(new byte[32]));
        Should.Throw<ObjectDisposedException>(() => key.SignMessage(new byte[32]));
        Should.Throw<ObjectDisposedException>(key.ExportHex);
        key.Address.ToString().ShouldStartWith("0xd2Ce"); // no secret, and logs may still name it
    }

    [Test]
    public void Create_Twice_GivesTwoKeys()
    {
        using var one = PrivateKey.Create();
        using var other = PrivateKey.Create();

        one.Address.ShouldNotBe(other.Address);
    }
}
