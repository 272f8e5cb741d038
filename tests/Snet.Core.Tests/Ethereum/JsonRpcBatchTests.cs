using System.Net;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>Several questions in one request, and what becomes of them where a node takes no such request.</summary>
public class JsonRpcBatchTests
{
    private static readonly Uri Node = new("http://one.example:8545");
    private static readonly RpcCall[] Calls = [new("eth_chainId", []), new("eth_blockNumber", [])];

    private ScriptedHandler _node = null!;

    [SetUp]
    public void MakeNode() => _node = new ScriptedHandler();

    [TearDown]
    public void RemoveNode() => _node.Dispose();

    [Test]
    public async Task ReadManyAsync_AnswersComeInAnyOrder_AreGivenInTheOrderOfTheCalls()
    {
        _node.Answer(HttpStatusCode.OK, """[{"jsonrpc":"2.0","id":2,"result":"0xb"},{"jsonrpc":"2.0","id":1,"result":"0xa"}]""");

        (await ReadAsync(Client())).ShouldBe(["0xa", "0xb"]);

        _node.Bodies.ShouldHaveSingleItem().ShouldBe(
            """[{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]},{"jsonrpc":"2.0","id":2,"method":"eth_blockNumber","params":[]}]""");
    }

    [TestCase(HttpStatusCode.OK, """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}""")]
    [TestCase(HttpStatusCode.BadRequest, """{"error":"invalid"}""")]
    public async Task ReadManyAsync_NodeRefusesBatches_IsAskedSinglyFromThenOn(HttpStatusCode status, string body)
    {
        _node.Answer(status, body).Result("\"0xa\"").Result("\"0xb\"").Result("\"0xa\"").Result("\"0xb\"");
        var client = Client();

        (await ReadAsync(client)).Order().ShouldBe(["0xa", "0xb"]);
        (await ReadAsync(client)).Order().ShouldBe(["0xa", "0xb"]);

        _node.Bodies.Count(asked => asked.StartsWith('[')).ShouldBe(1);
    }

    [Test]
    public async Task ReadManyAsync_NodeFailsOnce_TriesTheNextBatchAllTheSame()
    {
        _node.Answer(HttpStatusCode.BadGateway, "<html>").Result("\"0xa\"").Result("\"0xb\"")
            .Answer(HttpStatusCode.OK, """[{"id":5,"result":"0xa"},{"id":6,"result":"0xb"}]""");
        var client = Client();

        (await ReadAsync(client)).Order().ShouldBe(["0xa", "0xb"]);
        (await ReadAsync(client)).ShouldBe(["0xa", "0xb"]);

        _node.Bodies.Count(asked => asked.StartsWith('[')).ShouldBe(2);
    }

    [TestCase("""[{"id":1,"result":"0xa"},{"id":2,"error":{"code":-32000,"message":"later"}}]""")]
    [TestCase("""[{"id":1,"result":"0xa"}]""")]
    [TestCase("""[{"id":1,"result":"0xa"},{"id":"2","result":"0xc"},null,7,{"id":99,"result":"0xd"}]""")]
    public async Task ReadManyAsync_OneAnswerIsMissing_IsAskedForSingly(string body)
    {
        _node.Answer(HttpStatusCode.OK, body).Result("\"0xb\"");

        (await ReadAsync(Client())).ShouldBe(["0xa", "0xb"]);

        _node.Bodies[1].ShouldContain("eth_blockNumber");
    }

    [Test]
    public async Task ReadManyAsync_OneIsRefused_GivesTheNodesReason()
    {
        const string Refusal = """{"id":2,"error":{"code":-32000,"message":"never"}}""";
        _node.Answer(HttpStatusCode.OK, $$"""[{"id":1,"result":"0xa"},{{Refusal}}]""").Answer(HttpStatusCode.OK, Refusal);

        (await Should.ThrowAsync<JsonRpcException>(() => ReadAsync(Client()))).Message.ShouldContain("never");
    }

    [Test]
    public async Task ReadManyAsync_OneCall_IsNoBatch()
    {
        _node.Result("\"0xa\"");

        (await Client().ReadManyAsync([Calls[0]], default)).Single().GetString().ShouldBe("0xa");

        _node.Bodies.ShouldHaveSingleItem().ShouldStartWith("{");
    }

    [TestCase(HttpStatusCode.RequestEntityTooLarge, "too large", false)]
    [TestCase(HttpStatusCode.OK, """{"error":{"code":-32005,"message":"too many results"}}""", false)]
    [TestCase(HttpStatusCode.TooManyRequests, "slow down", true)]
    [TestCase(HttpStatusCode.TooManyRequests, """{"error":{"code":-32005,"message":"slow down"}}""", true)]
    public async Task ReadAsync_SearchForLogsIsRefused_IsRepeatedOnlyIfTooManyRequestsCame(HttpStatusCode status, string body, bool isRateLimit)
    {
        _node.Answer(status, body);

        var error = await Should.ThrowAsync<JsonRpcException>(() => Client().ReadAsync("eth_getLogs", [], default));

        (error.IsRateLimit, error.MayBeTooMuch).ShouldBe((isRateLimit, !isRateLimit));
        _node.Bodies.Count.ShouldBe(1); // no repeats are allowed here, and none is due
    }

    private JsonRpcClient Client() => new(new HttpClient(_node), [Node], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, TimeProvider.System));

    private static async Task<IEnumerable<string?>> ReadAsync(JsonRpcClient client) =>
        (await client.ReadManyAsync(Calls, default)).Select(answer => answer.GetString());
}
