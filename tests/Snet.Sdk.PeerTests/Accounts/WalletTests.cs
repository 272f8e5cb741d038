using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Sdk.Accounts;

namespace Snet.Sdk.PeerTests.Accounts;

/// <summary>Keys at rest as other wallets keep them: words and keystores of ethers, and ours in its hands.</summary>
[Category("Peer")]
public sealed class WalletTests
{
    private const string Words = "early fringe jazz tenant across curtain carry solution mosquito size buffalo lonely genre security double large divorce manual";

    private NodeProcess _ethers = null!;
    private PrivateKey _key = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _ethers = await NodeProcess.StartAsync("wallets.mjs");
        _key = PrivateKey.Create();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _key?.Dispose();
        if (_ethers is not null)
            await _ethers.DisposeAsync();
    }

    [Test]
    public async Task FromMnemonic_AnyNumberOfWordsAccountAndPassphrase_IsTheirAccount(
        [Values(12, 15, 18, 21, 24)] int count, [Values(0, 1, 7, int.MaxValue)] int index, [Values("", "TREZOR", "Gr\u00f6\u00dfe \ufb01 \u212b \ud83d\udd11")] string passphrase)
    {
        var words = NewWords(count);
        using var signer = PrivateKeySigner.FromMnemonic(words, index, passphrase);

        var answer = await AskAsync(new JsonObject { ["words"] = words, ["passphrase"] = passphrase, ["index"] = index });

        signer.Address.ToString().ShouldBe((string?)answer["address"]);
    }

    [Test]
    public async Task FromMnemonic_ManyAccountsOfOneWallet_AreTheirAccounts()
    {
        for (var index = 0; index < 25; index++)
        {
            using var signer = PrivateKeySigner.FromMnemonic(Words, index);
            var answer = await AskAsync(new JsonObject { ["words"] = Words, ["passphrase"] = "", ["index"] = index });
            signer.Address.ToString().ShouldBe((string?)answer["address"]);
        }
    }

    [TestCase("secret", 131072, 8, 1)] // what ethers writes
    [TestCase("secret", 4096, 8, 6)] // geth's light
    [TestCase("caf\u00e9 \ufb01", 2, 1, 1)]
    [TestCase("", 2, 1, 1)]
    public async Task FromKeystoreJson_ScryptOfEthers_IsTheKey(string password, int n, int r, int p)
    {
        var answer = await AskAsync(new JsonObject { ["encrypt"] = _key.ExportHex(), ["password"] = password, ["n"] = n, ["r"] = r, ["p"] = p });
        var json = (string)answer["json"]!;

        using var signer = PrivateKeySigner.FromKeystoreJson(json, password);

        signer.Address.ShouldBe(_key.Address);
        Should.Throw<WrongPasswordException>(() => PrivateKeySigner.FromKeystoreJson(json, password + "x"));
    }

    [TestCase(1)]
    [TestCase(262144)]
    public async Task FromKeystoreJson_Pbkdf2ThatEthersReads_IsTheKey(int rounds)
    {
        var answer = await AskAsync(new JsonObject { ["encrypt"] = _key.ExportHex(), ["password"] = "secret", ["c"] = rounds });

        using var signer = PrivateKeySigner.FromKeystoreJson((string)answer["json"]!, "secret");

        signer.Address.ShouldBe(_key.Address);
    }

    [Test]
    public async Task SaveKeystore_NewAccount_EthersReadsTheSameKeyWithThePasswordAlone()
    {
        using var folder = new TemporaryFolder();
        using var signer = PrivateKeySigner.CreateRandom();
        signer.SaveKeystore(folder.File("key.json"), "correct horse");
        var json = await File.ReadAllTextAsync(folder.File("key.json"));

        var answer = await AskAsync(new JsonObject { ["decrypt"] = json, ["password"] = "correct horse" });
        var wrong = await AskAsync(new JsonObject { ["decrypt"] = json, ["password"] = "correct  horse" });

        using var key = PrivateKeySigner.FromHex((string)answer["key"]!);
        key.Address.ShouldBe(signer.Address);
        ((string?)wrong["error"]).ShouldNotBeNull().ShouldContain("incorrect password");
        using var again = PrivateKeySigner.FromKeystore(folder.File("key.json"), "correct horse");
        again.Address.ShouldBe(signer.Address);
    }

    [Test]
    public async Task Encrypt_AccentsInThePassword_EthersReadsThem()
    {
        var json = Keystore.Encrypt(_key, "caf\u00e9", 1024);

        var answer = await AskAsync(new JsonObject { ["decrypt"] = json, ["password"] = "caf\u00e9" });

        ((string?)answer["key"]).ShouldBe(_key.ExportHex());
    }

    private async Task<JsonNode> AskAsync(JsonObject question)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return await _ethers.AskAsync(question, limit.Token);
    }

    private static string NewWords(int count)
    {
        var entropy = RandomNumberGenerator.GetBytes(count * 4 / 3);
        var bits = string.Concat(entropy.Append(SHA256.HashData(entropy)[0]).Select(b => b.ToString("b8")));
        return string.Join(' ', bits.Chunk(11).Take(count).Select(chunk => Mnemonic.Words[Convert.ToInt32(new string(chunk), 2)]));
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("snet-wallet-").FullName;

        public string File(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
