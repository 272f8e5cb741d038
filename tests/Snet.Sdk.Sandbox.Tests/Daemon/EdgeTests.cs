using System.Numerics;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Snet.Grpc;
using Snet.Protocol;
using Snet.Protocol.Escrow;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Rules of the daemon that no recorded scenario goes through: its words are those of the protocol page.</summary>
internal sealed class EdgeTests
{
    private static readonly global::Service.Numbers Numbers = new() { A = 1, B = 2 };
    private DaemonUser _user = null!;

    [SetUp]
    public async Task StartAsync() => _user = await DaemonUser.StartAsync(new SandboxOptions { DaemonVersion = SandboxDaemonVersion.V6_2 });

    [TearDown]
    public async Task StopAsync() => await _user.DisposeAsync();

    [Test]
    public async Task PaidCall_NegativeAmountSignedWithoutSign_IsAnIncomeBelowThePrice()
    {
        _user.Signed = 5;
        // A signature covers a number's 32 bytes, and they have no sign.
        var headers = Replace(_user.Pay(0), PaymentHeaders.ChannelAmount, "-5");

        (await AddAsync(headers)).Detail.ShouldBe("income -5 does not equal to price 5");
    }

    [Test]
    public async Task PaidCall_AmountBeyond32Bytes_IsMoreThanTheChannelHolds()
    {
        _user.Signed = 5;
        var amount = (BigInteger.One << 256) + 5;
        var headers = Replace(_user.Pay(0), PaymentHeaders.ChannelAmount, GoNumber.Text(amount));

        (await AddAsync(headers)).Detail.ShouldBe($"not enough tokens on payment channel, channel amount: 1000, payment amount: {amount}");
    }

    [TestCase("-1")]
    [TestCase("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    public async Task PaidCall_ChannelIdThatNoContractHolds_IsNotFound(string id)
    {
        var headers = Replace(_user.Pay(5), PaymentHeaders.ChannelId, id);

        (await AddAsync(headers)).Detail.ShouldBe($"payment channel \"{{ID: {id}}}\" not found");
    }

    [Test]
    public async Task GetChannelState_ChannelIdBeyond32Bytes_IsNotFound()
    {
        var id = ByteString.CopyFrom([1, .. new byte[32]]);
        var request = new ChannelStateRequest { ChannelId = id, Signature = _user.SignChannelState(0) };

        var refusal = await _user.RefusedAsync("/escrow.PaymentChannelStateService/GetChannelState", request);

        refusal.Detail.ShouldBe($"channel is not found, channelId: {BigInteger.One << 256}");
    }

    [Test]
    public async Task PaidCall_UserWhomARestrictedDaemonDoesNotList_HasNoValidSignature()
    {
        await using var user = await DaemonUser.StartAsync(new SandboxOptions
        {
            DaemonVersion = SandboxDaemonVersion.V6_2,
            DaemonConfig = new JsonObject
            {
                ["allowed_user_flag"] = true,
                ["allowed_user_addresses"] = new JsonArray("0x0000000000000000000000000000000000000001"),
            },
        });

        (await user.RefusedAsync("/service.Calculator/add", Numbers, user.Pay(5))).Detail.ShouldBe("payment signature is not valid");
    }

    [Test]
    public async Task AnyCall_BinaryHeaderThatIsNoBase64_IsRefusedBeforeItsHandler()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_user.Sandbox.Platform.Daemon, "/service.Calculator/add"))
        {
            Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "content-type", "application/grpc" } } },
        };
        request.Headers.TryAddWithoutValidation("x-bin", "AA!A");

        using var response = await http.SendAsync(request);

        response.Headers.GetValues("grpc-status").ShouldBe(["13"]);
        response.Headers.GetValues("grpc-message").Single()
            .ShouldStartWith("malformed binary metadata \"AA!A\" in header \"x-bin\": illegal base64 data");
    }

    [Test]
    public async Task AnyCall_NodeIsGone_SaysWhereItWas()
    {
        // From now on the daemon has stored the channel.
        await _user.CallAsync<global::Service.Result>("/service.Calculator/add", Numbers, _user.Pay(5));
        _user.Signed = 5;
        var authorization = _user.Authorize("get_model");
        var state = _user.ChannelState();
        var node = _user.Sandbox.Platform.Rpc;
        var detail = $"Post \"{node.OriginalString}\": dial tcp {node.Host}:{node.Port}: connect: connection refused";
        await _user.Sandbox.Chain.DisposeAsync();

        (await AddAsync(_user.Pay(5))).Detail.ShouldBe("cannot determine current block");
        (await AddAsync(Replace(_user.Pay(5), PaymentHeaders.ChannelId, "1"))).Detail.ShouldBe("payment channel error: " + detail);
        (await _user.RefusedAsync("/escrow.PaymentChannelStateService/GetChannelState", state)).Detail
            .ShouldBe("error determining current block: " + detail);
        (await _user.RefusedAsync("/training.Daemon/train_model_price",
            new global::Training.CommonRequest { Authorization = authorization, ModelId = "m" })).Detail
            .ShouldStartWith("unable to access model: ");
    }

    [Test]
    public async Task AnyCall_DaemonWithoutBlockchain_AsksForNoPaymentAndHasNoTraining()
    {
        await using var user = await DaemonUser.StartAsync(new SandboxOptions
        {
            DaemonVersion = SandboxDaemonVersion.V6_2, DaemonConfig = new JsonObject { ["blockchain_enabled"] = false },
        });

        (await user.CallAsync<global::Service.Result>("/service.Calculator/add", Numbers)).Value.ShouldBe(3);
        (await user.CallAsync<ChannelStateReply>(
            "/escrow.PaymentChannelStateService/GetChannelState", new ChannelStateRequest())).CalculateSize().ShouldBe(0);
        foreach (var method in (string[])["train_model", "get_training_metadata"])
        {
            (await user.RefusedAsync("/training.Daemon/" + method, new global::Training.CommonRequest())).Detail
                .ShouldBe("service end point is not defined or is invalid , please contact the AI developer");
        }

        (await user.RefusedAsync("/escrow.FreeCallStateService/GetFreeCallToken", new GetFreeCallTokenRequest())).Detail
            .ShouldBe("error in generating token because blockchain is disabled, contact service provider");
    }

    [Test]
    public async Task PaidCall_ServiceIsLostWhileItWorks_IsUnavailableAndNotCharged()
    {
        await using var call = _user.Start("/service.Calculator/running", _user.Pay(5));
        await call.WriteAsync(Numbers.ToByteArray());
        await call.ReadAsync();

        await _user.Sandbox.Provider.DisposeAsync();

        var lost = await Should.ThrowAsync<GrpcException>(async () => await call.ReadAsync());
        (lost.StatusCode, lost.Detail).ShouldBe((GrpcStatus.Unavailable, "error reading from server: EOF"));
        (await AddAsync(_user.Pay(5))).Detail
            .ShouldStartWith("can't connect to service rpc error: code = Unavailable desc = connection error: ");
    }

    private Task<GrpcException> AddAsync(GrpcMetadata headers) => _user.RefusedAsync("/service.Calculator/add", Numbers, headers);

    private static GrpcMetadata Replace(GrpcMetadata headers, string name, string value)
    {
        var replaced = new GrpcMetadata();
        foreach (var entry in headers.Where(entry => entry.Name != name))
            replaced.Add(entry);
        replaced.Add(name, value);
        return replaced;
    }
}
