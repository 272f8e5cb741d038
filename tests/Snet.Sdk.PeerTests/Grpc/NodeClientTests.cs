using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Snet.Grpc;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.PeerTests.Grpc;

/// <summary>The gRPC client of Node.js against our server.</summary>
[CancelAfter(60_000)]
internal sealed class NodeClientTests
{
    private readonly ConcurrentQueue<string> _outcomes = new();
    private Func<GrpcServerCall, Task> _handler = null!;
    private NodeProcess _node = null!;
    private GrpcServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _node = await NodeProcess.StartAsync("grpc-client.mjs");
        _server = await GrpcServer.StartAsync(new GrpcServerOptions { MaxReceiveMessageSize = 1_000_000 }, call => _handler(call), CancellationToken.None);
    }

    [SetUp]
    public void Reset()
    {
        _handler = EchoAsync;
        _outcomes.Clear();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_node is null)
            return; // left out

        await _node.DisposeAsync();
        await _server.DisposeAsync();
        _server.Faults.ShouldBeEmpty();
    }

    [Test]
    public async Task Call_AnyShape_MessagesComeBackInOrder(
        [Values("unary", "clientStream", "serverStream", "duplex")] string shape, [Values(0, 1, 20_000, 900_000)] int size, CancellationToken cancellationToken)
    {
        byte[][] requests = shape is "unary" or "serverStream" ? [Bytes(size)] : [Bytes(size), [], Bytes(3), Bytes(size)];
        _handler = shape == "clientStream" ? JoinAsync : EchoAsync;

        var result = await CallAsync(shape, requests, cancellationToken);

        ((int)result["code"]!).ShouldBe(0);
        var answers = result["messages"]!.AsArray().Select(message => Convert.FromBase64String((string)message!)).ToArray();
        answers.ShouldBe(shape == "clientStream" ? [requests.SelectMany(part => part).ToArray()] : requests);
    }

    [Test]
    public async Task Call_Metadata_GoesBothWays([Values] bool error, CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            await call.ReadAsync();
            await call.WriteHeadersAsync(new GrpcMetadata { { "x-text", call.RequestHeaders.GetString("x-text")! }, { "x-more", "1" }, { "x-more", "2" } });
            foreach (var entry in call.RequestHeaders.GetAll("x-bin"))
                call.ResponseTrailers.Add(entry);
            if (error)
                throw new GrpcException(9, "no", new GrpcMetadata { { "x-own", "t" } });
            await call.WriteAsync(default);
        };

        var result = await CallAsync("unary", [[]], cancellationToken, new JsonObject
        {
            ["x-text"] = new JsonArray("a, b"),
            ["x-bin"] = new JsonArray("AP8H", "AQ=="),
        });

        ((int)result["code"]!).ShouldBe(error ? 9 : 0);
        result["head"]!["x-text"]!.ToJsonString().ShouldBe("""["a, b"]""");
        result["head"]!["x-more"]!.ToJsonString().ShouldBe("""["1, 2"]"""); // Node.js joins what it receives
        result["tail"]!["x-bin"]!.ToJsonString().ShouldBe("""["AP8H","AQ=="]""");
        result["tail"]!["x-own"]?.ToJsonString().ShouldBe("""["t"]""");
    }

    [Test, Pairwise]
    public async Task Call_Status_ArrivesAsSent(
        [Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1000)] int status,
        [Values("", "plain", "100% %41 %", " blanks ", "line\nbreak\n", "naïve 漢字 😀")] string text,
        [Values] bool afterMessage,
        CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            if (afterMessage)
                await call.WriteAsync(new byte[2]);
            throw new GrpcException(status, text);
        };

        var result = await CallAsync("serverStream", [[]], cancellationToken);

        ((int)result["code"]!).ShouldBe(status);
        ((string)result["details"]!).ShouldBe(text);
        result["messages"]!.AsArray().Count.ShouldBe(afterMessage ? 1 : 0);
    }

    [Test]
    public async Task Call_MessageAboveTheLimit_IsResourceExhausted(CancellationToken cancellationToken)
    {
        var result = await CallAsync("unary", [Bytes(1_000_001)], cancellationToken);

        ((int)result["code"]!).ShouldBe(8);
        ((string)result["details"]!).ShouldBe("grpc: received message larger than max (1000001 vs. 1000000)");
    }

    [Test]
    public async Task Call_ServerBreaksOffEarly_StatusComes(CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            await call.ReadAsync();
            throw new GrpcException(1000, "no more");
        };

        var result = await CallAsync("clientStream", [.. Enumerable.Repeat(Bytes(900_000), 30)], cancellationToken);

        (((int)result["code"]!), (string)result["details"]!).ShouldBe((1000, "no more"));
    }

    [Test]
    public async Task Call_DeadlinePasses_ServerKnowsItAndSeesTheReset(CancellationToken cancellationToken)
    {
        _handler = async call =>
        {
            call.Timeout!.Value.ShouldBeInRange(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(300));
            await WaitForTheEndAsync(call);
        };

        var result = await CallAsync("duplex", [[1]], cancellationToken, more: new JsonObject { ["deadlineMs"] = 300, ["open"] = true });

        ((int)result["code"]!).ShouldBe(4);
        await OutcomeAsync(cancellationToken);
    }

    [Test]
    public async Task Call_Cancelled_ServerSeesTheReset(CancellationToken cancellationToken)
    {
        _handler = WaitForTheEndAsync;

        var result = await CallAsync("unary", [[1]], cancellationToken, more: new JsonObject { ["cancelAfterMs"] = 200 });

        ((int)result["code"]!).ShouldBe(1);
        (await OutcomeAsync(cancellationToken)).ShouldBe("aborted");
    }

    [Test]
    public async Task Call_ConnectionCut_IsUnavailable(CancellationToken cancellationToken)
    {
        _handler = call =>
        {
            call.Abort();
            return Task.CompletedTask;
        };

        ((int)(await CallAsync("unary", [[1]], cancellationToken))["code"]!).ShouldBe(14);
    }

    private static byte[] Bytes(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 31))];

    private static async Task EchoAsync(GrpcServerCall call)
    {
        while (await call.ReadAsync() is { } message)
            await call.WriteAsync(message);
    }

    private static async Task JoinAsync(GrpcServerCall call)
    {
        using var all = new MemoryStream();
        while (await call.ReadAsync() is { } message)
            all.Write(message.Span);
        await call.WriteAsync(all.ToArray());
    }

    private async Task WaitForTheEndAsync(GrpcServerCall call)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, call.Aborted);
        }
        finally
        {
            _outcomes.Enqueue("aborted");
        }
    }

    private async Task<string> OutcomeAsync(CancellationToken cancellationToken)
    {
        string? outcome;
        while (!_outcomes.TryDequeue(out outcome))
            await Task.Delay(10, cancellationToken);
        return outcome;
    }

    private Task<JsonNode> CallAsync(
        string shape, byte[][] requests, CancellationToken cancellationToken, JsonObject? metadata = null, JsonObject? more = null)
    {
        var command = more ?? [];
        command["address"] = _server.Address.Authority;
        command["method"] = "/a.B/c";
        command["shape"] = shape;
        command["metadata"] = metadata;
        command["messages"] = new JsonArray([.. requests.Select(request => (JsonNode)Convert.ToBase64String(request))]);
        return _node.AskAsync(command, cancellationToken);
    }
}
