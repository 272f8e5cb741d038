using System.Net;
using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Tests.Training.Datasets;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Channels are found on any node, in few requests, and remembered.</summary>
[Category("Sandbox")]
public sealed class ChannelFinderTests : PlatformTest
{
    private StrictNode _node = null!;
    private TemporaryFolder _data = null!;

    [SetUp]
    public void MakeNode() => (_node, _data) = (new StrictNode(), new TemporaryFolder());

    [TearDown]
    public void RemoveNode()
    {
        _node.Dispose();
        _data.Dispose();
    }

    [Test]
    public async Task ListAsync_NodeAllowsEverything_TakesOneSearch()
    {
        var signer = await OpenAsync(blocksBetween: 1_000, channels: 3);

        var channels = await NewClient(signer).Channels.ListAsync();

        channels.Count.ShouldBe(3);
        _node.Count("eth_getLogs").ShouldBe(1);
    }

    // The search was answered at once, the look at the chain only when blocks had come meanwhile.
    [Test]
    public async Task ListAsync_NodeTellsTheLatestBlockLate_NothingInBetweenIsLeftOut()
    {
        using var node = new LateLookHandler();
        var (signer, time) = (NewSigner(), new ManualTime());
        var service = Service(Connect(options => (options.NodeHttpHandler, options.TimeProvider, options.AttemptTimeout) = (node, time, TimeSpan.FromDays(1)), signer));
        await service.GetMetadataAsync();
        node.Hold();
        var listing = service.Channels.ListAsync();
        await node.Searched.WaitAsync(TimeSpan.FromSeconds(10));
        await Service(Connect(signer: signer)).Channels.DepositAndOpenAsync(TokenAmount.FromCogs(50));
        Sandbox.Chain.Mine(2);

        time.Advance(TimeSpan.FromSeconds(30));
        node.LetGo();

        await listing;
        (await service.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    private static IEnumerable<TestCaseData> Refusals()
    {
        yield return Case("of results", 500, blocks => StrictNode.Error(-32005, "query returned more than 10000 results"));
        yield return Case("of blocks", 500, blocks => StrictNode.Error(-32602, "Block range is too large"));
        yield return Case("in other words", 500, blocks => StrictNode.Error(35, "ranges over 500 blocks are not supported on freetier"));
        yield return Case("with a range that works", 500, blocks => StrictNode.Error(-32005, "Try with this block range [0x64, 0x257]."));
        yield return Case("with HTTP 413", 10_000, _ => StrictNode.Answer(HttpStatusCode.RequestEntityTooLarge, "eth_getLogs is limited to a 10,000 range"));
        yield return Case("with HTTP 413 and JSON", 10_000, _ => StrictNode.Error(-32614, "eth_getLogs is limited to a 10,000 range", HttpStatusCode.RequestEntityTooLarge));
        yield return Case("with HTTP 400 and JSON", 2_000, _ => StrictNode.Error(-32600, "no", HttpStatusCode.BadRequest));
        yield return Case("by a gateway's time-out", 10_000, _ => StrictNode.Answer(HttpStatusCode.GatewayTimeout, "<html>"));

        static TestCaseData Case(string how, long maxBlocks, Func<long, HttpResponseMessage> refusal) => new TestCaseData(maxBlocks, refusal).SetArgDisplayNames(how);
    }

    [TestCaseSource(nameof(Refusals))]
    public async Task ListAsync_NodeRefusesLongSearches_WalksInPartsThatItTakes(long maxBlocks, Func<long, HttpResponseMessage> refusal)
    {
        (_node.MaxBlocks, _node.Refusal) = (maxBlocks, refusal);
        var signer = await OpenAsync(blocksBetween: 6_000, channels: 3);

        var channels = await NewClient(signer, options => options.MaxRetries = 0).Channels.ListAsync();

        channels.Count.ShouldBe(3);
        var needed = Sandbox.Chain.BlockNumber / maxBlocks + 1;
        // On top of those: up to ten refusals, three parts that were asked beside each, and the trials of a larger range.
        _node.Count("eth_getLogs").ShouldBeLessThan((int)(needed * 1.25) + 20);
    }

    [Test]
    public async Task ListAsync_RangeWasFound_IsKeptForTheNextSearch()
    {
        _node.MaxBlocks = 500;
        var signer = await OpenAsync(blocksBetween: 3_000, channels: 1);
        var service = NewClient(signer);
        await service.Channels.ListAsync();
        Sandbox.Chain.Mine(1_000);
        _node.Clear();

        await service.Channels.ListAsync();

        _node.Count("eth_getLogs").ShouldBeInRange(3, 4); // 1000 blocks, in parts of 500, and one for what overlaps
    }

    [Test]
    public async Task ListAsync_NodeAllowsTenBlocks_ReadsTheContractsListInstead()
    {
        _node.MaxBlocks = 10;
        var signer = await OpenAsync(blocksBetween: 5_000, channels: 2);

        var channels = await NewClient(signer).Channels.ListAsync();

        channels.Count.ShouldBe(2);
        _node.Requests.Count.ShouldBeLessThan(40);
    }

    [Test]
    public async Task ListAsync_NodeTakesNoBatches_FindsTheSame([Values] bool list)
    {
        (_node.RefusesBatches, _node.MaxBlocks) = (true, list ? 10 : long.MaxValue);
        var signer = await OpenAsync(blocksBetween: 2_000, channels: 2);

        (await NewClient(signer).Channels.ListAsync()).Count.ShouldBe(2);

        _node.Requests.Count(request => request.Contains('+', StringComparison.Ordinal)).ShouldBe(1); // it is not tried again
    }

    [Test]
    public async Task CallAsync_NodeAllowsFewBlocks_StopsAtAChannelThatCanPayAndGoesOnLater()
    {
        Sandbox.Chain.Mine(30_000);
        var signer = await OpenAsync(blocksBetween: 1_000, channels: 2);
        _node.MaxBlocks = Sandbox.Chain.BlockNumber / 100;
        _node.Refusal = _ => StrictNode.Error(-32602, $"max range: {_node.MaxBlocks}");

        await PayAsync(NewClient(signer, Remembering));
        var first = _node.Count("eth_getLogs");
        var channels = await NewClient(signer, Remembering).Channels.ListAsync();
        var all = _node.Count("eth_getLogs");

        channels.Count.ShouldBe(2);
        first.ShouldBeLessThan(30);
        all.ShouldBeInRange(100, 150); // no part is searched twice
    }

    [Test]
    public async Task CallAsync_NodeAllowsFewBlocksAndTheOnlyChannelIsOldAndEmpty_FindsAndFillsIt()
    {
        var signer = await OpenAsync(blocksBetween: 5_000, channels: 1, cogs: 1);
        _node.MaxBlocks = Sandbox.Chain.BlockNumber / 50;

        await PayAsync(NewClient(signer));

        (await NewClient(signer).Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task ListAsync_AfterARestart_AsksForNewBlocksOnly()
    {
        _node.MaxBlocks = 500;
        var signer = await OpenAsync(blocksBetween: 20_000, channels: 2);
        await NewClient(signer, Remembering).Channels.ListAsync();
        Sandbox.Chain.Mine(400);
        var again = NewClient(signer, Remembering);
        await again.GetMetadataAsync();
        _node.Clear();

        var channels = await again.Channels.ListAsync();

        channels.Count.ShouldBe(2);
        _node.Requests.Order().ShouldBe(["eth_call+eth_call", "eth_chainId+eth_getBlockByNumber+eth_getBlockByNumber", "eth_getLogs"]);
    }

    [Test]
    public async Task ListAsync_ChainWasReorganizedSince_SearchesAgainFromWhereItIsTheSame()
    {
        var signer = await OpenAsync(blocksBetween: 2_000, channels: 2);
        await NewClient(signer, Remembering).Channels.ListAsync();

        Sandbox.Chain.Faults.TakeBack(blocks: 2_005, forget: true); // the last channel with it
        Sandbox.Chain.Mine(3_000);

        (await NewClient(signer, Remembering).Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task ListAsync_ChannelMovedToAnotherBlock_IsFoundThere()
    {
        var signer = await OpenAsync(blocksBetween: 2_000, channels: 2);
        var before = await NewClient(signer, Remembering).Channels.ListAsync();

        Sandbox.Chain.Faults.TakeBack(blocks: 2_005);
        Sandbox.Chain.Mine(3_000);

        (await NewClient(signer, Remembering).Channels.ListAsync()).ShouldBe(before);
    }

    [Test]
    public async Task ListAsync_MemoryNamesAnothersChannel_IsNotBelieved()
    {
        var other = await OpenAsync(blocksBetween: 10, channels: 1);
        var signer = await OpenAsync(blocksBetween: 10, channels: 1);
        var theirs = (await NewClient(other).Channels.ListAsync()).Single();
        var own = await NewClient(signer, Remembering).Channels.ListAsync();
        var file = Directory.EnumerateFiles(_data.Path, "channels.json", SearchOption.AllDirectories).Single();
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace($"\"id\": \"{own[0].Id}\"", $"\"id\": \"{theirs.Id}\"", StringComparison.Ordinal));

        (await NewClient(signer, Remembering).Channels.ListAsync()).ShouldNotContain(theirs);
    }

    private void Remembering(SnetClientOptions options) => options.DataDirectory = _data.Path;

    private ServiceClient NewClient(ISigner signer, Action<SnetClientOptions>? change = null) => Service(Connect(
        options =>
        {
            options.NodeHttpHandler = _node;
            change?.Invoke(options);
        },
        signer));

    private static async Task PayAsync(ServiceClient service) => await service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 });

    private async Task<ISigner> OpenAsync(long blocksBetween, int channels, long cogs = 100)
    {
        var signer = NewSigner();
        var service = Service(Connect(signer: signer));
        for (var i = 0; i < channels; i++)
        {
            Sandbox.Chain.Mine(blocksBetween);
            await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(cogs), expiration: Sandbox.Chain.BlockNumber + 1_000_000);
        }

        Sandbox.Chain.Mine(blocksBetween);
        return signer;
    }

    /// <summary>Holds looks at the chain back until a test lets them go.</summary>
    private sealed class LateLookHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _searched = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _holds;

        public Task Searched => _searched.Task;

        public void Hold() => _holds = true;

        public void LetGo() => _letGo.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            if (_holds && asked.Contains("eth_getBlockByNumber", StringComparison.Ordinal))
                await _letGo.Task.WaitAsync(cancellationToken);
            var response = await base.SendAsync(request, cancellationToken);
            if (asked.Contains("eth_getLogs", StringComparison.Ordinal))
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                _searched.TrySetResult();
            }

            return response;
        }
    }
}
