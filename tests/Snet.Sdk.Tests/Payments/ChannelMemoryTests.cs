using System.Numerics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Snet.Ethereum;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Tests.Training.Datasets;

namespace Snet.Sdk.Tests.Payments;

/// <summary>The channels that a client remembers between starts.</summary>
public sealed class ChannelMemoryTests
{
    private static readonly EthereumAddress Recipient = EthereumAddress.Parse("0x00000000000000000000000000000000000000a1");
    private static readonly EthereumAddress Signer = EthereumAddress.Parse("0x00000000000000000000000000000000000000b2");

    private readonly PrivateKeySigner _account = PrivateKeySigner.CreateRandom();
    private TemporaryFolder _data = null!;

    [SetUp]
    public void MakeFolder() => _data = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _data.Dispose();

    [OneTimeTearDown]
    public void WipeKey() => _account.Dispose();

    [Test]
    public void Save_AnotherClientLoads_FindsTheSame()
    {
        var saved = Searched(5_000, 17) with { Points = [new ChainPoint(5_000, "0xnew"), new ChainPoint(100, "0xold")] };

        Memory().Save(saved);
        Memory().Save(new RememberedChannels(Recipient, "other").With([Channel(20, 30)]));
        var loaded = Memory().Load(Recipient, "group");

        loaded.Channels.ShouldBe(saved.Channels);
        loaded.Points.ShouldBe(saved.Points);
        loaded.SearchedTo.ShouldBe(5_000);
        Memory().Load(Recipient, "other").Channels.ShouldBe([Channel(20, 30)]);
        Memory().Load(Signer, "group").Channels.ShouldBeEmpty();
    }

    [Test]
    public void Load_WithoutFolder_RemembersWhileTheClientLives()
    {
        var memory = new ChannelMemory(null, NullLogger.Instance);

        memory.Load(Recipient, "group").SearchedTo.ShouldBeNull();
        memory.Save(Searched(10, 17));

        memory.Load(Recipient, "group").Channels.Single().Id.ShouldBe(17);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"version":2,"chain":1,"escrow":"","account":"","groups":[]}""")]
    [TestCase("""{"version":1,"chain":1,"escrow":"","account":"","groups":[null]}""")]
    [TestCase("""{"version":1,"chain":1,"escrow":"","account":"","groups":[{"recipient":"0x1","group":"g","searchedFrom":"0","searchedTo":[],"channels":[]}]}""")]
    [TestCase("""{"version":1,"chain":1,"escrow":"","account":"","groups":[{"recipient":"0x00000000000000000000000000000000000000a1","group":"group","searchedFrom":"0","searchedTo":[{"block":"-1","hash":"0x"}],"channels":[]}]}""")]
    public void Load_FileCannotBeRead_IsThrownAwayAndWrittenAnew(string content)
    {
        Memory().Save(Searched(10, 17));
        File.WriteAllText(MemoryFile(), content);

        Memory().Load(Recipient, "group").Channels.ShouldBeEmpty();
        Memory().Save(Searched(20, 18));

        Memory().Load(Recipient, "group").Channels.Single().Id.ShouldBe(18);
    }

    [Test]
    public void Load_FileOfAnotherVersion_IsThrownAway()
    {
        Memory().Save(Searched(10, 17));
        var file = JsonNode.Parse(File.ReadAllText(MemoryFile()))!;
        file["version"] = 2;
        File.WriteAllText(MemoryFile(), file.ToJsonString());

        Memory().Load(Recipient, "group").Channels.ShouldBeEmpty();
    }

    [Test]
    public void Load_AnotherChainContractOrAccount_HasItsOwn()
    {
        var own = SnetNetwork.Custom("own", 5, Recipient, Signer, Recipient, new Uri("http://ipfs.example"));
        using var stranger = PrivateKeySigner.CreateRandom();
        new ChannelMemory(new AccountFolder(_data.Path, own, _account), NullLogger.Instance).Save(Searched(10, 17));

        Load(own, _account).ShouldNotBeEmpty();
        Load(SnetNetwork.Custom("own", 6, Recipient, Signer, Recipient, new Uri("http://ipfs.example")), _account).ShouldBeEmpty();
        Load(SnetNetwork.Custom("own", 5, Recipient, Recipient, Recipient, new Uri("http://ipfs.example")), _account).ShouldBeEmpty();
        Load(own, stranger).ShouldBeEmpty();

        IReadOnlyList<RememberedChannel> Load(SnetNetwork network, ISigner account) =>
            new ChannelMemory(new AccountFolder(_data.Path, network, account), NullLogger.Instance).Load(Recipient, "group").Channels;
    }

    [Test]
    public async Task Save_SomebodyReadsMeanwhile_HasTheOldOrTheNew()
    {
        Memory().Save(Searched(10, 17));

        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
                Memory().Save(Searched(10 + i, 17).With([.. Enumerable.Range(100, 50).Select(id => Channel(id, 30))]));
        });
        while (!writing.IsCompleted)
            Memory().Load(Recipient, "group").Channels.ShouldNotBeEmpty();

        await writing;
    }

    [Test]
    public void Save_FolderCannotBeMade_IsRememberedInMemory()
    {
        File.WriteAllText(_data["file"], "");
        var memory = new ChannelMemory(new AccountFolder(_data["file"], SnetNetwork.Sepolia, _account), NullLogger.Instance);

        memory.Save(Searched(10, 17));

        memory.Load(Recipient, "group").Channels.Single().Id.ShouldBe(17);
    }

    [Test]
    [UnsupportedOSPlatform("windows")] // a user's own folders are his alone there
    public void Save_Files_BelongToTheUserAlone()
    {
        Memory().Save(Searched(10, 17));

        foreach (var file in Directory.EnumerateFiles(_data.Path, "*", SearchOption.AllDirectories))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        File.GetUnixFileMode(Path.GetDirectoryName(MemoryFile())!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Test]
    public void SearchedUpTo_ManyTimes_KeepsThreePointsAndOneFarBehind()
    {
        var channels = new RememberedChannels(Recipient, "group");

        for (var block = 100; block <= 10_000; block += 100)
            channels = channels.SearchedUpTo(new ChainPoint(block, $"0x{block}"), []);

        channels.Points.Count.ShouldBe(3);
        channels.Points[0].Block.ShouldBe(10_000);
        channels.Points[2].Block.ShouldBeInRange(8_000, 9_000);
    }

    [Test]
    public void BackTo_OlderPoint_ForgetsWhatWasOpenedSince()
    {
        var channels = Searched(100, 17).SearchedUpTo(new ChainPoint(5_000, "0x5000"), [Channel(18, 4_000)]);

        var back = channels.BackTo(channels.Points[1]);

        back.Channels.Single().Id.ShouldBe(17);
        back.SearchedTo.ShouldBe(100);
    }

    private ChannelMemory Memory() => new(new AccountFolder(_data.Path, SnetNetwork.Sepolia, _account), NullLogger.Instance);

    private string MemoryFile() => Directory.EnumerateFiles(_data.Path, "channels.json", SearchOption.AllDirectories).Single();

    private static RememberedChannels Searched(BigInteger block, BigInteger id) =>
        new RememberedChannels(Recipient, "group").SearchedUpTo(new ChainPoint(block, "0xabc"), [Channel(id, 10)]);

    private static RememberedChannel Channel(BigInteger id, BigInteger block) => new(id, Signer, 99, block);
}
