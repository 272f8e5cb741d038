using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Tests.Training.Datasets;

namespace Snet.Sdk.Tests.Services;

/// <summary>Free calls where the daemon gives them: the sample service gives each user three (protocol h.2).</summary>
[TestFixture(SandboxDaemonVersion.V6_0)]
[TestFixture(SandboxDaemonVersion.V6_2)]
[Category("Sandbox")]
public sealed class FreeCallTests(SandboxDaemonVersion version) : PlatformTest(version)
{
    private const string AskToken = "/escrow.FreeCallStateService/GetFreeCallToken";
    private const string AskLeft = "/escrow.FreeCallStateService/GetFreeCallsAvailable";
    private const string Add = "/service.Calculator/add";

    [Test]
    public async Task CallAsync_Automatic_IsFreeUntilTheFreeCallsAreUsedUpAndPaidThen()
    {
        using var logs = new CollectingLogs();
        var snet = Connect(PaymentMode.Automatic, options => options.LoggerFactory = logs);
        var service = Service(snet);

        List<CallResult<JsonObject>> results = [];
        for (var i = 0; i < 5; i++)
            results.Add(await service.CallAsync("add", Numbers));

        results.ShouldAllBe(result => result.Value["value"]!.GetValue<double>() == 3);
        results.Select(result => (result.Receipt!.Mode, result.Paid.Cogs)).ShouldBe(
            [(PaymentMode.Free, 0), (PaymentMode.Free, 0), (PaymentMode.Free, 0), (PaymentMode.Escrow, 5), (PaymentMode.Escrow, 5)]);
        results.Select(result => result.Receipt!.Note is null).ShouldBe([true, true, true, false, false]);
        results[4].Receipt!.Note.ShouldBe("No free call: all that this account has of this service are used up");
        (await ReceiptsAsync(snet)).ShouldBe(results.Select(result => result.Receipt!));
        logs.Lines.Where(line => line.StartsWith("1001 ", StringComparison.Ordinal)).Select(line => line.Split('(', ')')[^2])
            .ShouldBe(["Free", "Free", "Free", "Escrow", "Escrow"], "CallPaid names the way");
        logs.Lines.Count(line => line.StartsWith("2021 ", StringComparison.Ordinal)).ShouldBe(1, "NoFreeCalls says why");
    }

    [Test]
    public async Task CallAsync_WarmFreeCall_IsOneDaemonRequestAndNoNodeRequest()
    {
        using var node = new CountingHandler();
        using var daemon = new CountingHandler();
        var service = Service(Connect(PaymentMode.Automatic, options => (options.NodeHttpHandler, options.DaemonHttpHandler) = (node, daemon)));
        await service.CallAsync("add", Numbers);
        daemon.Paths.ShouldBe([AskToken, AskLeft, Add]);
        node.Clear();
        daemon.Clear();

        for (var i = 0; i < 2; i++)
            await service.CallAsync("add", Numbers);

        daemon.Paths.ShouldBe([Add, Add]);
        node.Count.ShouldBe(0);
    }

    [Test]
    public async Task CallAsync_UsedUp_IsNotAskedForAgainAndAgain()
    {
        using var daemon = new CountingHandler();
        var time = new ShiftedTime();
        var service = Service(Connect(PaymentMode.Automatic, options => (options.DaemonHttpHandler, options.TimeProvider) = (daemon, time)));
        for (var i = 0; i < 4; i++)
            await service.CallAsync("add", Numbers);
        daemon.Clear();

        for (var i = 0; i < 3; i++)
            await service.CallAsync("add", Numbers);
        daemon.Paths.ShouldBe([Add, Add, Add]);

        time.Shift += TimeSpan.FromMinutes(61); // what is left is asked again, with the token that is still good
        daemon.Clear();
        (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Escrow);
        daemon.Paths.ShouldBe([AskLeft, Add]);
    }

    [Test]
    public async Task CallAsync_ManyAtOnce_AskOneTokenQueueUpAndPayForTheRest()
    {
        using var daemon = new CountingHandler();
        var service = Service(Connect(PaymentMode.Automatic, options => options.DaemonHttpHandler = daemon));

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.CallAsync("add", Numbers)));

        results.Count(result => result.Receipt!.Mode == PaymentMode.Free).ShouldBe(3);
        results.Sum(result => (int)result.Paid.Cogs).ShouldBe(25);
        daemon.Paths.Count(path => path == AskToken).ShouldBe(1);
        daemon.Paths.Count(path => path == Add).ShouldBe(8); // none was refused
    }

    [Test]
    public async Task CallAsync_TwoServiceClients_ShareTokenAndQueue()
    {
        using var daemon = new CountingHandler();
        var snet = Connect(PaymentMode.Automatic, options => options.DaemonHttpHandler = daemon);
        ServiceClient[] both = [Service(snet), Service(snet)];

        await Task.WhenAll(both.Select(service => service.CallAsync("add", Numbers)));

        daemon.Paths.Count(path => path == AskToken).ShouldBe(1);
    }

    [Test]
    public async Task CallAsync_FreeOnly_NeverPays()
    {
        var snet = Connect(PaymentMode.Free);
        var service = Service(snet);
        for (var i = 0; i < 3; i++)
            (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Free);

        var error = await Should.ThrowAsync<NoFreeCallException>(() => service.CallAsync("add", Numbers));
        var again = await Should.ThrowAsync<NoFreeCallException>(() => service.CallAsync("add", Numbers));

        (error.Code, error.MoneyMoved, error.IsTransient, error.Reason).ShouldBe(
            ("no_free_call", MoneyMoved.No, false, "all that this account has of this service are used up"));
        again.RetryAfter!.Value.ShouldBeInRange(TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
        (await service.Channels.ListAsync()).ShouldBeEmpty();
        (await ReceiptsAsync(snet)).Count.ShouldBe(3);
    }

    [Test]
    public async Task CallAsync_CallSaysHow_CountsMoreThanTheClientsOptions()
    {
        var service = Service(Connect(PaymentMode.Free));

        var paid = await service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Escrow });
        var free = await service.CallAsync("add", Numbers);

        (paid.Receipt!.Mode, paid.Receipt.Note, paid.Paid.Cogs).ShouldBe((PaymentMode.Escrow, null, 5));
        (free.Receipt!.Mode, free.Receipt.ChannelId, free.Receipt.Price.IsZero).ShouldBe((PaymentMode.Free, -1, true));
    }

    [Test]
    public async Task CallAsync_WalletIsTooSmall_PaysAndSaysWhy()
    {
        using var daemon = new CountingHandler();
        var service = Service(Connect(PaymentMode.Automatic, options => options.DaemonHttpHandler = daemon, NewSigner(tokens: 9)));

        var first = await service.CallAsync("add", Numbers);
        await service.CallAsync("add", Numbers);

        (first.Receipt!.Mode, first.Receipt.Note).ShouldBe(
            (PaymentMode.Escrow, "No free call: you must have at least 10 FET (ASI) in your balance to use free calls"));
        daemon.Paths.Count(path => path == AskToken).ShouldBe(1);
        var never = await Should.ThrowAsync<NoFreeCallException>(
            () => service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Free }));
        never.Reason.ShouldStartWith("you must have at least 10 FET");
    }

    [Test]
    public async Task CallAsync_ServiceFails_IsTheServicesErrorAndNeitherPaidNorCounted()
    {
        var snet = Connect(PaymentMode.Automatic);
        var service = Service(snet);

        foreach (var status in (int[])[9, 16, 3, 13])
        {
            var error = await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("fail", new JsonObject { ["a"] = status }));
            (error.StatusCode, error.Origin, error.MoneyMoved).ShouldBe((status, CallOrigin.Service, MoneyMoved.No));
        }

        for (var i = 0; i < 3; i++)
            (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Free);
        (await service.Channels.ListAsync()).ShouldBeEmpty();
        (await ReceiptsAsync(snet)).Select(receipt => receipt.Outcome).ShouldBe(
            [.. Enumerable.Repeat(PaymentOutcome.NotCharged, 4), .. Enumerable.Repeat(PaymentOutcome.Paid, 3)]);
    }

    [Test]
    public async Task CallAsync_FreeCallIsCutOrTakesTooLong_CostsNothingAndTheNextGoesOn()
    {
        var service = Service(Connect(PaymentMode.Automatic));
        await service.CallAsync("add", Numbers);

        using (Sandbox.Daemon.Faults.CutNextCall())
        {
            var cut = await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers));
            (cut.Origin, cut.MoneyMoved).ShouldBe((CallOrigin.Transport, MoneyMoved.No));
        }

        var slow = await Should.ThrowAsync<ServiceCallException>(
            () => service.CallAsync("wait", new JsonObject { ["a"] = 20_000 }, new ServiceCallOptions { Timeout = TimeSpan.FromMilliseconds(200) }));
        slow.MoneyMoved.ShouldBe(MoneyMoved.No);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(() => service.CallAsync("wait", new JsonObject { ["a"] = 20_000 }, cancellationToken: cancel.Token));

        (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Free);
        (await service.Channels.ListAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task CallAsync_BlocksHavePassed_SignsAfreshAndStaysFree()
    {
        using var daemon = new CountingHandler();
        var service = Service(Connect(PaymentMode.Automatic, options => options.DaemonHttpHandler = daemon));
        await service.CallAsync("add", Numbers);
        Sandbox.Chain.Mine(20); // the client does not know
        daemon.Clear();

        var result = await service.CallAsync("add", Numbers);

        result.Receipt!.Mode.ShouldBe(PaymentMode.Free);
        daemon.Paths.ShouldBe([Add, Add]); // refused, then repeated with a new signature and the old token
    }

    [Test]
    public async Task CallAsync_TokenHasExpired_AsksForAnotherAndStaysFree()
    {
        using var daemon = new CountingHandler();
        var service = Service(Connect(PaymentMode.Automatic, options => options.DaemonHttpHandler = daemon));
        await service.CallAsync("add", Numbers);
        Sandbox.Chain.Mine(172_810); // the longest life of a token
        daemon.Clear();

        var result = await service.CallAsync("add", Numbers);

        result.Receipt!.Mode.ShouldBe(PaymentMode.Free);
        daemon.Paths.Count(path => path == AskToken).ShouldBe(1);
    }

    [Test]
    public async Task ListReceiptsAsync_AfterARestart_HasTheFreeCalls()
    {
        using var folder = new TemporaryFolder();
        var signer = NewSigner();
        List<PaymentReceipt> before = [];
        await using (var snet = Connect(PaymentMode.Automatic, options => options.DataDirectory = folder.Path, signer))
        {
            for (var i = 0; i < 4; i++)
                before.Add((await Service(snet).CallAsync("add", Numbers)).Receipt!);
        }

        var after = await ReceiptsAsync(Connect(PaymentMode.Automatic, options => options.DataDirectory = folder.Path, signer));

        after.ShouldBe(before);
        after.Select(receipt => receipt.Mode).ShouldBe([PaymentMode.Free, PaymentMode.Free, PaymentMode.Free, PaymentMode.Escrow]);
    }

    [TestCase(9, "another transaction on this user: {ID:x/y} is in progress")]
    [TestCase(13, "internal error: free call limit has been exceeded, calls made = 3, total free calls eligible = 3")]
    [TestCase(16, "token sign is not valid")]
    [TestCase(16, "sign is not valid: incorrect signature data")]
    [TestCase(13, "internal error: authentication failed as the signature passed has expired")]
    [TestCase(3, "missing \"snet-free-call-user-address\"")]
    public async Task CallAsync_DaemonRefusesEveryFreeCall_PaysAndSaysWhy(int code, string words)
    {
        using var refusing = Refusing(code, words);
        var service = Service(Connect(PaymentMode.Automatic, options => options.DaemonHttpHandler = refusing));

        var result = await service.CallAsync("add", Numbers);

        (result.Receipt!.Mode, result.Paid.Cogs).ShouldBe((PaymentMode.Escrow, 5));
        result.Receipt.Note.ShouldBe("No free call: " + words);
    }

    [Test]
    public async Task CallAsync_ServiceSpeaksAlmostLikeTheDaemon_IsNotPaidForACallThatWasDone()
    {
        using var refusing = Refusing(13, "internal error: the model has crashed");
        var service = Service(Connect(PaymentMode.Automatic, options => options.DaemonHttpHandler = refusing));

        var error = await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers));

        (error.StatusCode, error.MoneyMoved).ShouldBe((13, MoneyMoved.No));
        (await service.Channels.ListAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task CallAsync_TokenCannotBeAskedFor_PaysForAMinute()
    {
        var time = new ShiftedTime();
        using var failing = new InterceptingHandler(
            request => request.RequestUri!.AbsolutePath == AskToken ? throw new HttpRequestException("The connection was lost.") : null);
        var service = Service(Connect(PaymentMode.Automatic, options =>
            (options.DaemonHttpHandler, options.TimeProvider, options.MaxRetries) = (failing, time, 0)));

        (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Escrow);
        failing.IsOn = false;
        (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Escrow);
        time.Shift += TimeSpan.FromSeconds(61);
        (await service.CallAsync("add", Numbers)).Receipt!.Mode.ShouldBe(PaymentMode.Free);
    }

    private static InterceptingHandler Refusing(int code, string words) => new(
        request => InterceptingHandler.IsPaidBy(request, "free-call") ? InterceptingHandler.Refusal(code, words) : null);

    private SnetClient Connect(PaymentMode mode, Action<SnetClientOptions>? change = null, ISigner? signer = null) => Connect(
        options =>
        {
            options.PaymentMode = mode;
            change?.Invoke(options);
        },
        signer);

    private static async Task<List<PaymentReceipt>> ReceiptsAsync(SnetClient snet)
    {
        List<PaymentReceipt> receipts = [];
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            receipts.Add(receipt);
        return receipts;
    }

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };
}
