using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class MnemonicTests
{
    private const string Zeros = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    private const string ListHash = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"; // of the list that BIP-39 publishes

    [Test]
    public void Words_List_IsThePublishedOne()
    {
        Mnemonic.Words.Count.ShouldBe(2048);
        Mnemonic.Words.ShouldBe(Mnemonic.Words.Order(StringComparer.Ordinal)); // it is searched by halves
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', Mnemonic.Words) + '\n'))).ShouldBe(ListHash);
    }

    // The seeds of BIP-39's own vectors.
    [TestCase(Zeros, "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04")]
    [TestCase(
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607")]
    [TestCase(
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
        + "abandon abandon abandon abandon abandon art",
        "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd3097170af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8")]
    public void ToSeed_PublishedVector_IsItsSeed(string words, string seed) => Convert.ToHexStringLower(Seed(words, "TREZOR")).ShouldBe(seed);

    [TestCase(" \t" + Zeros + "\n")]
    [TestCase("ABANDON Abandon abandon  abandon abandon abandon\r\nabandon abandon abandon abandon abandon\u3000about")]
    public void ToSeed_CapitalsAndSpaces_AreTheSameWords(string words) => Seed(words).ShouldBe(Seed(Zeros));

    [Test]
    public void ToSeed_Passphrase_CountsInItsDecomposedForm()
    {
        Seed(Zeros, "caf\u00e9").ShouldBe(Seed(Zeros, "cafe\u0301"));
        Seed(Zeros, "\ufb01").ShouldBe(Seed(Zeros, "fi")); // NFKD takes ligatures apart
        Seed(Zeros, "cafe").ShouldNotBe(Seed(Zeros, "caf\u00e9"));
    }

    [TestCase("", "there are 0")]
    [TestCase("abandon abandon abandon", "there are 3")]
    [TestCase("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon", "there are 11")]
    [TestCase(Zeros + " abandon", "there are 13")]
    [TestCase(Zeros + " " + Zeros + " about", "there are more")]
    [TestCase("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon", "checksum")]
    [TestCase("abandon abandom abandon abandon abandon abandon abandon abandon abandon abandon abandon about", "Word 2 ")]
    [TestCase("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon aboutabout", "Word 12 ")]
    [TestCase("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \u0430bout", "Word 12 ")] // a Cyrillic a
    public void ToSeed_Malformed_TellsWhatIsWrongAndNoWord(string words, string expected)
    {
        var message = Should.Throw<FormatException>(() => Seed(words)).Message;

        message.ShouldContain(expected);
        message.ShouldNotContain("aband");
        message.ShouldNotContain("about");
    }

    [Test]
    public void ToSeed_AnyEntropy_OneWordChangedIsRefusedButForOneInManyChecksums() =>
        Prop.ForAll(Gen.Elements(16, 20, 24, 28, 32).SelectMany(Generators.BytesOf).Zip(Gen.Choose(0, 2047)).ToArbitrary(), x =>
        {
            var words = FromEntropy(x.Item1);
            Seed(string.Join(' ', words)).Length.ShouldBe(64);

            words[0] = Mnemonic.Words[x.Item2];
            var bits = BitsOf(words);
            if (bits[(x.Item1.Length * 8)..] != Checksum(bits, x.Item1.Length))
                Should.Throw<FormatException>(() => Seed(string.Join(' ', words))).Message.ShouldContain("checksum");
        }).QuickCheckThrowOnFailure();

    [Test]
    public void ToSeed_AnyText_IsRefusedAndNeverRepeated() => Prop.ForAll(Gen.Elements(["abandon", "zoo", "ZZZZsecret", "\ud800", "\u00e9", ""]).ArrayOf().ToArbitrary(), words =>
    {
        var text = string.Join(' ', words);
        Should.Throw<FormatException>(() => Seed(text)).Message.ShouldNotContain("ZZZZ");
    }).QuickCheckThrowOnFailure();

    // The standard read the other way round: random bits, the first of their hash behind them, eleven to a word.
    private static string[] FromEntropy(byte[] entropy)
    {
        var bits = string.Concat(entropy.Select(b => b.ToString("b8")));
        bits += Checksum(bits, entropy.Length);
        return [.. bits.Chunk(11).Select(chunk => Mnemonic.Words[Convert.ToInt32(new string(chunk), 2)])];
    }

    private static string BitsOf(string[] words) => string.Concat(words.Select(word => Mnemonic.Words.ToList().IndexOf(word).ToString("b11")));

    private static string Checksum(string bits, int entropyBytes)
    {
        var entropy = bits[..(entropyBytes * 8)].Chunk(8).Select(chunk => Convert.ToByte(new string(chunk), 2)).ToArray();
        return string.Concat(SHA256.HashData(entropy).Select(b => b.ToString("b8")))[..(entropyBytes / 4)];
    }

    private static byte[] Seed(string words, string passphrase = "")
    {
        var seed = new byte[Mnemonic.SeedSize];
        Mnemonic.ToSeed(words, passphrase, seed);
        return seed;
    }
}
