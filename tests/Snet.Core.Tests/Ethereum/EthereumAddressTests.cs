using System.Text.Json;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class EthereumAddressTests
{
    private const string Checked = "0xd2Cefac22AE8D663AF83CDa535dcE80e55902A4e";

    private static IEnumerable<TestCaseData> Texts => TestData.Cases("negative.json", "addresses");

    [TestCaseSource(nameof(Texts))]
    public void Parse_Vector_IsTakenOrRefused(JsonElement vector)
    {
        var text = vector.GetProperty("input").GetString()!;
        if (vector.GetProperty("name").GetString() == "zero_address")
        {
            EthereumAddress.Parse(text).IsZero.ShouldBeTrue(); // what asks for a recipient, a signer or a contract refuses it
            return;
        }

        var accepted = vector.GetProperty("expect").GetString() == "accept";
        EthereumAddress.TryParse(text, out var address).ShouldBe(accepted);
        if (accepted)
            address.ToString().ShouldBe(Checked);
        else
            Should.Throw<FormatException>(() => EthereumAddress.Parse(text));
    }

    // From EIP-55 itself.
    [TestCase("0x52908400098527886E0F7030069857D2E4169EE7")]
    [TestCase("0xde709f2102306220921060314715629080e2fb77")]
    [TestCase("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [TestCase("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [TestCase("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [TestCase("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [TestCase("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void ToString_ExampleOfTheStandard_HasItsChecksum(string text)
    {
        EthereumAddress.Parse(text).ToString().ShouldBe(text);
        EthereumAddress.Parse(text.ToLowerInvariant()).ToString().ShouldBe(text);
    }

    [TestCase("0X" + "d2cefac22ae8d663af83cda535dce80e55902a4e")]
    [TestCase(" " + Checked)]
    [TestCase(Checked + " ")]
    [TestCase("d2Cefac22AE8D663AF83CDa535dcE80e55902A4e")]
    [TestCase("0x+2cefac22ae8d663af83cda535dce80e55902a4e")]
    [TestCase("0x٣2cefac22ae8d663af83cda535dce80e55902a4e")]
    public void TryParse_OtherSpelling_IsFalse(string text) => EthereumAddress.TryParse(text, out _).ShouldBeFalse();

    [Test]
    public void TryParse_Null_IsFalse() => EthereumAddress.TryParse(null, out _).ShouldBeFalse();

    [Test]
    public void Parse_PrivateKeyByMistake_IsNotRepeatedInTheMessage()
    {
        var key = "0x684c33fb0be8dca4e6633bf68fc69067450d37589cd9e952965654681ddd7ece";

        foreach (var text in new[] { key, key[2..], key + " " })
            Should.Throw<FormatException>(() => EthereumAddress.Parse(text)).Message.ShouldNotContain(key.Substring(10, 16));
    }

    [Test]
    public void Equals_AnySpelling_IsTrue()
    {
        var address = EthereumAddress.Parse(Checked);
        var other = EthereumAddress.Parse(Checked.ToLowerInvariant());

        (address == other).ShouldBeTrue();
        (address != other).ShouldBeFalse();
        address.Equals((object)other).ShouldBeTrue();
        address.GetHashCode().ShouldBe(other.GetHashCode());
        address.ShouldNotBe(EthereumAddress.Zero);
        new EthereumAddress(address.ToByteArray()).ShouldBe(address);
    }

    [TestCase(19)]
    [TestCase(21)]
    public void Constructor_OtherLength_Throws(int length) => Should.Throw<ArgumentException>(() => new EthereumAddress(new byte[length]));
}
