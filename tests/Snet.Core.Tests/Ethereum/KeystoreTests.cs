using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

public class KeystoreTests
{
    private const string Password = "testpassword";
    private const string Key = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
    private const string Address = "008aeeda4d805471df9b2a5b0f38a0c3bcba786b";

    // The standard's own two vectors.
    private const string Pbkdf2 = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private const string Scrypt = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
        "kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    [TestCase(Pbkdf2)]
    [TestCase(Scrypt)]
    public void Decrypt_PublishedVector_IsItsKey(string json)
    {
        using var key = Decrypt(json).ShouldNotBeNull();

        key.ExportHex().ShouldBe(Key);
    }

    [Test]
    public void Decrypt_CapitalNamesPrefixesAndAddress_AreTheSameFile()
    {
        var json = Pbkdf2.Replace("\"crypto\"", "\"Crypto\"", StringComparison.Ordinal).Replace("\"517ead", "\"0x517EAD", StringComparison.Ordinal);

        Decrypt(With(json, file => file["address"] = "0x" + Address)).ShouldNotBeNull().Dispose();
        Decrypt(With(json, file => file["Address"] = Address.ToUpperInvariant())).ShouldNotBeNull().Dispose();
    }

    [TestCase("Testpassword")]
    [TestCase("testpassword ")]
    [TestCase("")]
    [TestCase("p\u00e4ssw\u00f6rd")]
    public void Decrypt_WrongPassword_IsNoKey(string password) => Decrypt(Pbkdf2, password).ShouldBeNull();

    [TestCase("ciphertext")]
    [TestCase("mac")]
    public void Decrypt_ChangedFile_IsNoKey(string member) =>
        Decrypt(With(Pbkdf2, file => file["crypto"]![member] = Flipped((string)file["crypto"]![member]!))).ShouldBeNull();

    [Test]
    public void Decrypt_AddressOfAnother_IsRefused() =>
        Refused(With(Pbkdf2, file => file["address"] = Flipped(Address))).ShouldContain("not that of the key");

    // NIST SP 800-38A, F.5.1; between its two blocks the counter's last byte overflows into the one before it.
    [Test]
    public void Crypt_PublishedVector_IsItsCiphertext()
    {
        var data = Convert.FromHexString("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        var key = Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c");

        var encrypted = Keystore.Crypt(key, Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), data);

        Convert.ToHexStringLower(encrypted).ShouldBe("874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff");
    }

    [TestCase("pa\u00dfwort \u00e9\ufb01")]
    [TestCase("\ud83d\udd11")]
    [TestCase("x")]
    public void Encrypt_AnyPassword_DecryptsWithItAlone(string password)
    {
        using var key = PrivateKey.Create();

        var json = Keystore.Encrypt(key, password, 1024);

        using var again = Decrypt(json, password).ShouldNotBeNull();
        again.ExportHex().ShouldBe(key.ExportHex());
        Decrypt(json, password + "x").ShouldBeNull();
        Keystore.Encrypt(key, password, 1024).ShouldNotBe(json); // salt and counter are new each time
        json.ShouldNotContain(key.ExportHex()[2..]);
    }

    // geth hashes what was typed, ethers its form KC: files of both open, whichever way the keyboard writes an accent.
    [Test]
    public void Decrypt_PasswordWithAnAccent_OpensInEitherForm()
    {
        using var key = PrivateKey.Create();

        Decrypt(Keystore.Encrypt(key, "cafe\u0301", 1024), "cafe\u0301").ShouldNotBeNull().Dispose();
        Decrypt(Keystore.Encrypt(key, "caf\u00e9", 1024), "cafe\u0301").ShouldNotBeNull().Dispose();
    }

    [TestCase("n", 1 << 30)]
    [TestCase("n", 1 << 20)] // 1 GiB with r = 8
    [TestCase("n", 3)]
    [TestCase("n", 1)]
    [TestCase("n", -2)]
    [TestCase("r", 0)]
    [TestCase("r", int.MaxValue)]
    [TestCase("r", int.MinValue)]
    [TestCase("p", 0)]
    [TestCase("p", int.MaxValue)]
    [TestCase("dklen", 16)]
    [TestCase("dklen", int.MaxValue)]
    public void Decrypt_HostileScrypt_IsRefusedWithoutTimeOrMemory(string parameter, int value)
    {
        var json = With(Scrypt, file => (file["crypto"]!["kdfparams"]!["r"], file["crypto"]!["kdfparams"]!["p"], file["crypto"]!["kdfparams"]![parameter]) = (8, 1, value));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Refused(json);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [TestCase("c", 0)]
    [TestCase("c", -1)]
    [TestCase("c", int.MaxValue)]
    [TestCase("prf", "hmac-sha512")]
    [TestCase("salt", "xyz")]
    public void Decrypt_HostilePbkdf2_IsRefused(string parameter, object value) =>
        Refused(With(Pbkdf2, file => file["crypto"]!["kdfparams"]![parameter] = JsonValue.Create(value)));

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[3]")]
    [TestCase("null")]
    [TestCase("""{"version":3}""")]
    [TestCase("""{"version":3,"crypto":{}}""")]
    [TestCase("""{"version":"3","crypto":{"cipher":"aes-128-ctr"}}""")]
    public void Decrypt_AnythingElse_IsRefused(string json) => Refused(json);

    [Test]
    public void Decrypt_PrivateKeyInsteadOfAKeystore_IsNotRepeated()
    {
        Refused(Key).ShouldNotContain("7a28");
        Refused(Key[2..]).ShouldNotContain("7a28");
    }

    [Test]
    public void Decrypt_OtherVersionOrCipher_IsRefusedByName()
    {
        Refused(With(Pbkdf2, file => file["version"] = 1)).ShouldContain("version");
        Refused(With(Pbkdf2, file => file["crypto"]!["cipher"] = "aes-256-gcm")).ShouldContain("aes-128-ctr");
        Refused(With(Pbkdf2, file => file["crypto"]!["kdf"] = "argon2")).ShouldContain("scrypt");
        Refused(new string(' ', Keystore.MaxSize + 1)).ShouldContain("KiB");
    }

    [Test]
    public void Decrypt_AnyMemberMissingOrOfAnotherKind_IsRefusedAndNothingElseIsThrown() =>
        Prop.ForAll(Gen.Choose(0, 16).Zip(Gen.Elements<JsonNode?>(null, "", "zz", 1, 1.5, true, -1e300, new JsonArray(), new JsonObject())).ToArbitrary(), x =>
        {
            var file = JsonNode.Parse(Pbkdf2)!;
            file["crypto"]!["kdfparams"]!["c"] = 1;
            var members = Members(file.AsObject()).ToList();
            var (owner, name) = members[x.Item1 % members.Count];
            owner[name] = x.Item2?.DeepClone();

            try
            {
                Decrypt(file.ToJsonString())?.Dispose(); // the wrong key then, so null
            }
            catch (FormatException e)
            {
                e.Message.ShouldContain("keystore");
            }
        }).QuickCheckThrowOnFailure();

    private static IEnumerable<(JsonObject Owner, string Name)> Members(JsonObject of) => of.SelectMany(member =>
        member.Value is JsonObject inner ? Members(inner).Prepend((of, member.Key)) : [(of, member.Key)]);

    private static string Flipped(string hex) => (hex[0] == '0' ? '1' : '0') + hex[1..];

    private static string With(string json, Action<JsonNode> change)
    {
        var file = JsonNode.Parse(json)!;
        change(file);
        return file.ToJsonString();
    }

    private static string Refused(string json) => Should.Throw<FormatException>(() => Decrypt(json)).Message;

    private static PrivateKey? Decrypt(string json, string password = Password) => Keystore.Decrypt(Encoding.UTF8.GetBytes(json), password);
}
