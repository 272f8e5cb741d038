using System.Text;
using Snet.Ethereum;
using Snet.Sdk.Accounts;
using Snet.Sdk.Tests.Training.Datasets;

namespace Snet.Sdk.Tests.Accounts;

/// <summary>Where a key can come from, and what is said when it cannot.</summary>
[NonParallelizable] // environment variables belong to the whole process
public sealed class PrivateKeySignerTests
{
    private const string Key = "0x684c33fb0be8dca4e6633bf68fc69067450d37589cd9e952965654681ddd7ece";
    private const string Address = "0xd2Cefac22AE8D663AF83CDa535dcE80e55902A4e";
    private const string Words = "test test test test test test test test test test test junk";

    // The vector of the standard.
    private const string Light = """
        {"version":3,"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"}}
        """;

    private readonly TemporaryFolder _folder = new();

    [TearDown]
    public void ForgetVariables()
    {
        foreach (var name in (string[])["SNET_PRIVATE_KEY", "SNET_KEYSTORE", "SNET_KEYSTORE_PASSWORD"])
            Environment.SetEnvironmentVariable(name, null);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(0, "", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    [TestCase(1, "", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    public void FromMnemonic_Index_IsTheWalletsAccount(int index, string passphrase, string address)
    {
        using var signer = PrivateKeySigner.FromMnemonic(Words, index, passphrase);

        signer.Address.ToString().ShouldBe(address);
    }

    // The seed is that of the standard's own vector.
    [TestCase(0)]
    [TestCase(7)]
    public void FromMnemonic_Passphrase_IsAnotherAccount(int index)
    {
        const string Winner = "legal winner thank year wave sausage worth useful legal winner thank yellow";
        var seed = Convert.FromHexString("2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607");
        using var expected = HdKey.DeriveEthereum(seed, (uint)index);

        using var signer = PrivateKeySigner.FromMnemonic(Winner, index, "TREZOR");
        using var without = PrivateKeySigner.FromMnemonic(Winner, index);

        signer.Address.ShouldBe(expected.Address);
        without.Address.ShouldNotBe(expected.Address);
    }

    [Test]
    public void FromMnemonic_CharactersThatCanBeWiped_AreTakenToo()
    {
        char[] words = [.. Words];
        using var signer = PrivateKeySigner.FromMnemonic(words);
        Array.Clear(words);

        signer.Address.ToString().ShouldStartWith("0xf39F");
        Should.Throw<ArgumentOutOfRangeException>(() => PrivateKeySigner.FromMnemonic(Words, -1));
    }

    [Test]
    public void SaveKeystore_NewFile_OpensWithThePasswordAloneAndIsNeverOverwritten()
    {
        var path = _folder["new.json"];
        using var signer = PrivateKeySigner.CreateRandom();

        signer.SaveKeystore(path, "long password");

        using var again = PrivateKeySigner.FromKeystore(path, "long password");
        again.Address.ShouldBe(signer.Address);
        var wrong = Should.Throw<WrongPasswordException>(() => PrivateKeySigner.FromKeystore(path, "other password"));
        (wrong.Code, wrong.MoneyMoved).ShouldBe(("wrong_password", MoneyMoved.No));
        wrong.ToString().ShouldNotContain("other password");
        Should.Throw<IOException>(() => signer.SaveKeystore(path, "long password"));
        Should.Throw<ArgumentException>(() => signer.SaveKeystore(_folder["none.json"], ""));
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public void FromKeystore_NoKeystore_IsSaidWithoutRepeatingTheFile()
    {
        var path = _folder["key.txt"];
        File.WriteAllText(path, Key);

        Should.Throw<FormatException>(() => PrivateKeySigner.FromKeystore(path, "x")).ToString().ShouldNotContain(Key[2..10]);
        Should.Throw<FileNotFoundException>(() => PrivateKeySigner.FromKeystore(_folder["missing.json"], "x"));
        File.WriteAllBytes(path, Encoding.ASCII.GetBytes(new string('7', 1 << 20)));
        Should.Throw<FormatException>(() => PrivateKeySigner.FromKeystore(path, "x")).Message.ShouldContain("64 KiB");
    }

    [Test]
    public void FromEnvironment_KeyAndKeystore_TheKeyWins()
    {
        Environment.SetEnvironmentVariable("SNET_PRIVATE_KEY", $" {Key}\n");
        Environment.SetEnvironmentVariable("SNET_KEYSTORE", _folder["missing.json"]);

        using var signer = PrivateKeySigner.FromEnvironment();

        signer.Address.ToString().ShouldBe(Address);
    }

    [Test]
    public void FromEnvironment_Keystore_IsOpenedWithItsPassword()
    {
        var path = _folder["light.json"];
        File.WriteAllText(path, Light);
        Environment.SetEnvironmentVariable("SNET_KEYSTORE", path);
        Should.Throw<InvalidOperationException>(PrivateKeySigner.FromEnvironment).Message.ShouldContain("SNET_KEYSTORE_PASSWORD");

        Environment.SetEnvironmentVariable("SNET_KEYSTORE_PASSWORD", "testpassword");
        using var signer = PrivateKeySigner.FromEnvironment();

        signer.Address.ToString().ShouldBe("0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b");
        Environment.SetEnvironmentVariable("SNET_KEYSTORE_PASSWORD", "testpassword ");
        Should.Throw<WrongPasswordException>(PrivateKeySigner.FromEnvironment).Message.ShouldContain("light.json");
    }

    [Test]
    public void FromEnvironment_NothingSet_SaysWhatToSet()
    {
        var message = Should.Throw<InvalidOperationException>(PrivateKeySigner.FromEnvironment).Message;

        message.ShouldContain("SNET_PRIVATE_KEY");
        message.ShouldContain("SNET_KEYSTORE");
    }
}
