using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class JsonRpcClientTests
{
    private const string Key = "0a1b2c3d4e5f60718293";
    private static readonly Uri First = new($"https://user:{Key}@one.example/v3/{Key}?apikey={Key}");
    private static readonly Uri Second = new("http://two.example:8545");
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();

    [Test]
    public async Task ReadAsync_Result_IsGivenBackAndTheRequestIsJsonRpc()
    {
        var node = new ScriptedHandler().Result("\"0x2a\"").Result("null");
        var client = Client(node, 3, First);

        (await client.ReadAsync("eth_call", [new JsonObject { ["to"] = "0x1" }, "latest"], default)).GetString().ShouldBe("0x2a");
        (await client.ReadAsync("eth_getTransactionReceipt", ["0x2"], default)).ValueKind.ShouldBe(JsonValueKind.Null);

        node.Bodies[0].ShouldBe("""{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"0x1"},"latest"]}""");
        node.Bodies[1].ShouldContain("\"id\":2");
        node.Asked.ShouldBe([First, First]);
    }

    [Test]
    public async Task ReadAsync_NodeFails_AsksTheNextAtOnceAndStaysThere()
    {
        var node = new ScriptedHandler().Fail(new HttpRequestException("refused")).Result("1").Result("2");
        var client = Client(node, 3, First, Second);

        (await client.ReadAsync("eth_blockNumber", [], default)).GetInt32().ShouldBe(1); // the clock stands still: no pause
        (await client.ReadAsync("eth_blockNumber", [], default)).GetInt32().ShouldBe(2);

        node.Asked.ShouldBe([First, Second, Second]);
    }

    [Test]
    public async Task ReadAsync_AllNodesFail_TriesAsOftenAsAllowedWithGrowingPausesAndThrowsTheLastFailure()
    {
        var node = new ScriptedHandler();
        for (var i = 1; i <= 4; i++)
            node.Fail(new HttpRequestException($"failure {i}"));
        var client = Client(node, 3, First);

        var call = client.ReadAsync("eth_blockNumber", [], default);
        foreach (var (number, longest) in new[] { (1, 200), (2, 400), (3, 800) }) // jitter: half of it to all of it
        {
            var pause = await Paused(call, node, number);
            pause.TotalMilliseconds.ShouldBeInRange(longest / 2, longest);
            _time.Advance(pause);
        }

        var error = await Should.ThrowAsync<JsonRpcException>(call);
        error.Message.ShouldContain("failure 4");
        error.IsAnswer.ShouldBeFalse();
        node.Asked.Count.ShouldBe(4);
    }

    [Test]
    public async Task ReadAsync_TwoNodesFail_PausesAfterTheRound()
    {
        var node = new ScriptedHandler().Answer(HttpStatusCode.BadGateway, "<html>").Answer(HttpStatusCode.BadGateway, "<html>").Result("1");
        var client = Client(node, 3, First, Second);

        var call = client.ReadAsync("eth_blockNumber", [], default);
        _time.Advance(await Paused(call, node, 2));

        await call.WaitAsync(TimeSpan.FromSeconds(10));
        node.Asked.ShouldBe([First, Second, First]);
    }

    [Test]
    public async Task ReadAsync_NodeHangs_IsGivenUpAfterTheAttemptsLimitAndTheNextAnswers()
    {
        var node = new ScriptedHandler().Hang().Result("1");
        var client = Client(node, 3, First, Second);

        var call = client.ReadAsync("eth_blockNumber", [], default);
        _time.Advance(AttemptTimeout - TimeSpan.FromMilliseconds(1));
        call.IsCompleted.ShouldBeFalse();
        node.Asked.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await call.WaitAsync(TimeSpan.FromSeconds(10))).GetInt32().ShouldBe(1);
    }

    [Test]
    public async Task SendAsync_NodeHangs_TellsTheLimitAndIsNoCancellation()
    {
        var client = Client(new ScriptedHandler().Hang(), 3, First);

        var call = client.SendAsync("eth_sendRawTransaction", ["0x"], default);
        _time.Advance(AttemptTimeout);

        var error = await Should.ThrowAsync<JsonRpcException>(call);
        error.Message.ShouldBe("The node https://one.example did not answer eth_sendRawTransaction within 10 s.");
        error.IsAnswer.ShouldBeFalse();
    }

    [Test]
    public async Task SendAsync_HttpClientsOwnLimitPasses_IsNoCancellation()
    {
        using var http = new HttpClient(new ScriptedHandler().Hang()) { Timeout = TimeSpan.FromMilliseconds(20) };
        var client = new JsonRpcClient(http, [Second], new JsonRpcOptions(AttemptTimeout, 0, _time));

        await Should.ThrowAsync<JsonRpcException>(() => client.SendAsync("eth_blockNumber", [], default));
    }

    [Test]
    public async Task SendAsync_NodeFails_IsTriedOnce()
    {
        var node = new ScriptedHandler().Fail(new HttpRequestException("reset")).Result("\"0x1\"");
        var client = Client(node, 3, First, Second);

        await Should.ThrowAsync<JsonRpcException>(() => client.SendAsync("eth_sendRawTransaction", ["0x"], default));

        node.Asked.Count.ShouldBe(1);
    }

    [TestCase("5", 5.0)]
    [TestCase("3600", 30.0, TestName = "ReadAsync_TooManyRequests_WaitsAsLongAsTheNodeSays(an hour, capped)")]
    [TestCase("Fri, 02 Jan 2026 03:04:12 GMT", 7.0, TestName = "ReadAsync_TooManyRequests_WaitsAsLongAsTheNodeSays(a date)")]
    public async Task ReadAsync_TooManyRequests_WaitsAsLongAsTheNodeSays(string retryAfter, double seconds)
    {
        var node = new ScriptedHandler().Answer(HttpStatusCode.TooManyRequests, "slow down", retryAfter).Result("1");
        var client = Client(node, 3, First);

        var call = client.ReadAsync("eth_blockNumber", [], default);
        var pause = await Paused(call, node, 1);
        pause.ShouldBe(TimeSpan.FromSeconds(seconds));
        _time.Advance(pause);

        (await call.WaitAsync(TimeSpan.FromSeconds(10))).GetInt32().ShouldBe(1);
    }

    [Test]
    public async Task ReadAsync_DateInThePast_WaitsTheUsualPause()
    {
        var node = new ScriptedHandler().Answer(HttpStatusCode.TooManyRequests, "", "Thu, 01 Jan 2026 00:00:00 GMT").Result("1");
        var client = Client(node, 3, First);

        var call = client.ReadAsync("eth_blockNumber", [], default);
        var pause = await Paused(call, node, 1);
        pause.ShouldBeLessThanOrEqualTo(TimeSpan.FromMilliseconds(200));
        _time.Advance(pause);

        await call.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task ReadAsync_FirstNodeNamesATime_IsNotAskedSoonerBecauseTheSecondNamedNone()
    {
        var node = new ScriptedHandler().Answer(HttpStatusCode.TooManyRequests, "", "9").Fail(new HttpRequestException("down")).Result("1");
        var client = Client(node, 3, First, Second);

        var call = client.ReadAsync("eth_blockNumber", [], default);
        var pause = await Paused(call, node, 2);
        pause.ShouldBe(TimeSpan.FromSeconds(9));
        _time.Advance(pause);

        await call.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [TestCase(HttpStatusCode.OK, """{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit exceeded"}}""")]
    [TestCase(HttpStatusCode.TooManyRequests, """{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"compute units per second"}}""")]
    [TestCase(HttpStatusCode.OK, "garbage")]
    [TestCase(HttpStatusCode.OK, "[]")]
    [TestCase(HttpStatusCode.OK, "{}")]
    [TestCase(HttpStatusCode.OK, """{"error":null}""")]
    [TestCase(HttpStatusCode.OK, """{"error":"no such project"}""")]
    [TestCase(HttpStatusCode.OK, "")]
    [TestCase(HttpStatusCode.InternalServerError, """{"result":1}""")]
    public async Task ReadAsync_NoProperAnswer_IsAskedAgain(HttpStatusCode status, string body)
    {
        var node = new ScriptedHandler().Answer(status, body).Result("7");
        var client = Client(node, 3, First, Second);

        (await client.ReadAsync("eth_blockNumber", [], default)).GetInt32().ShouldBe(7);
    }

    [TestCase(HttpStatusCode.OK)]
    [TestCase(HttpStatusCode.BadRequest)]
    public async Task ReadAsync_ErrorObject_IsTheAnswerAndNobodyElseIsAsked(HttpStatusCode status)
    {
        var node = new ScriptedHandler().Answer(status, """{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted: no","data":"0x08c379a0"}}""");
        var client = Client(node, 3, First, Second);

        var error = await Should.ThrowAsync<JsonRpcException>(() => client.ReadAsync("eth_call", [], default));

        error.Code.ShouldBe(3);
        error.ErrorData.ShouldBe("0x08c379a0");
        error.Message.ShouldBe("The node https://one.example refused eth_call: execution reverted: no");
        error.Endpoint.ShouldBe("https://one.example");
        error.IsAnswer.ShouldBeTrue();
        node.Asked.Count.ShouldBe(1);
    }

    [TestCase("""{"error":{}}""", -32603, null)]
    [TestCase("""{"error":{"code":"x","message":5,"data":7}}""", -32603, null)]
    [TestCase("""{"error":{"code":0}}""", -32603, null)]
    [TestCase("""{"error":{"code":-32000,"data":{"message":"reverted","data":"0x08c379a0"}}}""", -32000, "0x08c379a0")]
    public async Task ReadAsync_UnusualErrorObject_IsReadAsFarAsItGoes(string body, int code, string? data)
    {
        var client = Client(new ScriptedHandler().Answer(HttpStatusCode.OK, body), 0, First);

        var error = await Should.ThrowAsync<JsonRpcException>(() => client.ReadAsync("eth_call", [], default));

        (error.Code, error.ErrorData).ShouldBe((code, data));
    }

    [Test]
    public async Task ReadAsync_AnyFailure_NeverTellsTheKeyInTheAddress()
    {
        var leaks = new ScriptedHandler()
            .Fail(new HttpRequestException($"cannot reach {First}", new IOException(Key)))
            .Fail(new IOException($"cut off: /v3/{Key.ToUpperInvariant()}"))
            .Answer(HttpStatusCode.Unauthorized, $"no project {Key}")
            .Answer(HttpStatusCode.OK, $$$"""{"error":{"code":-32001,"message":"invalid project id {{{Key}}}"}}""");
        var client = Client(leaks, 0, First);

        for (var i = 0; i < 4; i++)
        {
            var error = await Should.ThrowAsync<JsonRpcException>(() => client.ReadAsync("eth_call", [], default));
            error.ToString().ShouldNotContain(Key, Case.Insensitive);
            error.Endpoint.ShouldBe("https://one.example");
        }
    }

    [Test]
    public async Task ReadAsync_HarmlessFailure_KeepsItsCause()
    {
        var cause = new HttpRequestException("Connection refused");
        var client = Client(new ScriptedHandler().Fail(cause), 0, Second);

        var error = await Should.ThrowAsync<JsonRpcException>(() => client.ReadAsync("eth_call", [], default));

        error.InnerException.ShouldBe(cause);
        error.Message.ShouldBe("The node http://two.example:8545 could not be reached for eth_call: Connection refused");
    }

    [Test]
    public async Task ReadAsync_CallerCancelsARequest_IsACancellation()
    {
        using var cancel = new CancellationTokenSource();
        var client = Client(new ScriptedHandler().Hang(), 3, First, Second);

        var call = client.ReadAsync("eth_blockNumber", [], cancel.Token);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call);
    }

    [Test]
    public async Task ReadAsync_CallerCancelsThePause_IsACancellation()
    {
        using var cancel = new CancellationTokenSource();
        var node = new ScriptedHandler().Fail(new HttpRequestException("down"));
        var client = Client(node, 3, First);

        var call = client.ReadAsync("eth_blockNumber", [], cancel.Token);
        await Paused(call, node, 1);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call);
    }

    [Test]
    public void Constructor_NoNode_Throws() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new JsonRpcClient(new HttpClient(), [], new JsonRpcOptions(AttemptTimeout, 0, _time)));

    private JsonRpcClient Client(ScriptedHandler node, int retries, params Uri[] endpoints) =>
        new(new HttpClient(node), endpoints, new JsonRpcOptions(AttemptTimeout, retries, _time));

    // Until so many requests are out and the pause behind the last has begun; gives the pause's length. While a request is under way
    // its own time limit is the next timer. The script answers at once, so all this takes next to no real time.
    private async Task<TimeSpan> Paused(Task call, ScriptedHandler node, int requests)
    {
        for (var i = 0; (node.Asked.Count < requests || _time.NextTimer is null || _time.NextTimer == AttemptTimeout) && i < 1000; i++)
            await Task.Delay(1);
        node.Asked.Count.ShouldBe(requests);
        call.IsCompleted.ShouldBeFalse();
        return _time.NextTimer.ShouldNotBeNull();
    }
}
