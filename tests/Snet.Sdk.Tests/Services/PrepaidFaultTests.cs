using System.Collections.Concurrent;
using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Grpc;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Guides;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Services;

/// <summary>What becomes of calls that are paid ahead when something goes wrong, and how much that can cost.</summary>
[Category("Sandbox")]
public sealed class PrepaidFaultTests : PrepaidTest
{
    [TestCase("internal error: token has invalid claims: token is expired")]
    [TestCase("internal error: token signature is invalid: signature is invalid")]
    [TestCase("internal error: groupId x is not associated with this Daemon")]
    public async Task CallAsync_TokenIsRefused_IsRenewedForTheSameMoney(string words)
    {
        using var daemon = new CountingHandler();
        var snet = ConnectPrepaid(5, options => options.DaemonHttpHandler = daemon);
        var service = Service(snet);
        await CallAsync(service, 1);

        using (var fault = Sandbox.Daemon.Faults.RefuseNextPayment(13, words))
        {
            await CallAsync(service, 1);
            fault.Struck.ShouldBe(1);
        }

        await CallAsync(service, 2);
        daemon.Paths.Count(path => path == GetToken).ShouldBe(2);
        (await SignedAsync(snet, Sandbox)).ShouldBe(25);
    }

    [Test]
    public async Task CallAsync_TokenNearsItsEnd_IsRenewedBeforeItIsRefused()
    {
        var time = new ShiftedTime();
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { TimeProvider = time });
        using var daemon = new CountingHandler();
        using var logs = new CollectingLogs();
        var options = Options(sandbox, time, daemon);
        options.LoggerFactory = logs;
        await using var snet = new SnetClient(options);
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);
        await CallAsync(service, 1);

        time.Shift += TimeSpan.FromHours(22); // of 24
        daemon.Clear();
        await CallAsync(service, 1); // with the old token, while the new one is asked for
        for (var i = 0; i < 500 && !logs.Lines.Any(line => line.StartsWith("2024 ", StringComparison.Ordinal)); i++)
            await Task.Delay(10);
        time.Shift += TimeSpan.FromHours(3);
        await CallAsync(service, 1);
        daemon.Paths.Count(path => path == Add).ShouldBe(2); // none was refused

        time.Shift += TimeSpan.FromHours(30);
        daemon.Clear();
        await CallAsync(service, 1);
        daemon.Paths.Count(path => path == Add).ShouldBe(2); // refused, and repeated with a new token
        (await SignedAsync(snet, sandbox)).ShouldBe(50);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task CallAsync_AnswerToAPlanIsLost_TheDaemonIsAskedAndNothingIsPaidTwice(bool taken)
    {
        using var cutting = new CuttingHandler(GetToken, taken);
        var snet = ConnectPrepaid(3, options => options.DaemonHttpHandler = cutting);
        var service = Service(snet);

        cutting.Times = 1;
        await CallAsync(service, 3);
        (await SignedAsync(snet, Sandbox)).ShouldBe(15);

        cutting.Times = 1;
        await CallAsync(service, 3);
        (await SignedAsync(snet, Sandbox)).ShouldBe(30);
    }

    [Test]
    public async Task CallAsync_PlansCannotBePaid_FailsAndTheNextCallTriesAgain()
    {
        using var cutting = new CuttingHandler(GetToken, taken: false);
        var snet = ConnectPrepaid(4, options => (options.DaemonHttpHandler, options.MaxRetries) = (cutting, 0));
        var service = Service(snet);

        cutting.Times = int.MaxValue;
        (await Should.ThrowAsync<SnetException>(() => service.CallAsync("add", Numbers))).IsTransient.ShouldBeTrue();
        cutting.Times = 0;
        await CallAsync(service, 1);

        (await SignedAsync(snet, Sandbox)).ShouldBe(20);
    }

    [Test]
    public async Task CallAsync_RefusedBeforeThePaymentWasLookedAt_IsNotUsed()
    {
        var snet = ConnectPrepaid(2);
        var service = Service(snet);
        await CallAsync(service, 1);

        using (Sandbox.Daemon.Faults.LimitNextCall())
            (await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);
        using (Sandbox.Daemon.Faults.Stop())
            (await Should.ThrowAsync<SnetException>(() => service.CallAsync("add", Numbers))).IsTransient.ShouldBeTrue();

        await CallAsync(service, 1);
    }

    [Test]
    public async Task CallAsync_CutOrCancelled_StaysUsedAndTheOthersGoOn()
    {
        var snet = ConnectPrepaid(5);
        var service = Service(snet);
        await CallAsync(service, 1);

        using (Sandbox.Daemon.Faults.CutNextAnswer())
            (await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.Yes);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(() => service.CallAsync("wait", new JsonObject { ["a"] = 20_000 }, cancellationToken: cancel.Token));
        await CallAsync(service, 1);

        (await SignedAsync(snet, Sandbox)).ShouldBe(25);
        (await ReceiptsAsync(snet)).Sum(receipt => (int)receipt.Drawn.Cogs).ShouldBe(20);
    }

    [Test]
    public async Task CallAsync_ProviderClaims_WhatWasPaidAheadStays()
    {
        var snet = ConnectPrepaid(3);
        var service = Service(snet);
        await CallAsync(service, 1);
        var channel = (await service.Channels.ListAsync()).Single();
        using (var provider = new ClaimingProvider(Sandbox))
            await provider.FinishAsync(await provider.StartAsync(channel.Id, channel.Nonce));

        await CallAsync(service, 2);
        await CallAsync(service, 1); // more is paid, in the next round
        await CallAsync(Service(ConnectPrepaid(3, signer: snet.Options.Signer)), 2); // and found again

        (await ReceiptsAsync(snet)).Where(receipt => !receipt.Price.IsZero).Select(receipt => ((int)receipt.Nonce, (int)receipt.AmountAfter.Cogs)).ShouldBe([(0, 15), (1, 15)]);
    }

    [Test]
    public async Task CallAsync_PolicyLetsLessThrough_PaysAheadForFewerCallsAndNeverMore()
    {
        var snet = ConnectPrepaid(10, options => options.Spending = new SpendingPolicy { MaxPerCall = TokenAmount.FromCogs(12), MaxTotal = TokenAmount.FromCogs(28) });
        var service = Service(snet);

        await CallAsync(service, 5);
        var error = await Should.ThrowAsync<SpendingLimitException>(() => service.CallAsync("add", Numbers));

        error.Limit.ShouldBe("SpendingPolicy.MaxTotal");
        (await ReceiptsAsync(snet)).Where(receipt => !receipt.Price.IsZero).Select(receipt => (int)receipt.Price.Cogs).ShouldBe([10, 10, 5]);
    }

    [Test]
    public async Task CallAsync_UserRefusesThePlan_NothingIsSigned()
    {
        List<BigInteger> asked = [];
        var snet = ConnectPrepaid(4, options => options.Spending = new SpendingPolicy
        {
            Approval = (request, _) =>
            {
                asked.Add(request.Price.Cogs);
                return ValueTask.FromResult(false);
            },
        });

        await Should.ThrowAsync<SpendingLimitException>(() => Service(snet).CallAsync("add", Numbers));

        asked.ShouldBe([20]);
        (await ReceiptsAsync(snet)).ShouldBeEmpty();
    }

    [Test]
    public async Task CallAsync_PlanForADearerCallIsRefused_TheCheaperOneThatWaitsIsPaid()
    {
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { Group = JsonNode.Parse("""
            {"pricing": [{"default": true, "price_model": "fixed_price_per_method", "package_name": "service", "details": [
                {"service_name": "Calculator", "method_pricing": [{"method_name": "add", "price_in_cogs": 2}, {"method_name": "mul", "price_in_cogs": 9}]}]}]}
            """)!.AsObject() });
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var options = Options(sandbox, TimeProvider.System, null);
        (options.Funding, options.Spending) = (new ChannelFunding { CallsAhead = 1 }, new SpendingPolicy
        {
            Approval = async (request, _) =>
            {
                asked.TrySetResult();
                await answer.Task;
                return request.Price.Cogs < 9;
            },
        });
        await using var snet = new SnetClient(options);
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        var dear = service.CallAsync("mul", Numbers);
        await asked.Task;
        var cheap = service.CallAsync("add", Numbers);
        await Task.Delay(100); // waits for the plan of the other
        answer.SetResult();

        (await Should.ThrowAsync<SpendingLimitException>(() => dear)).Price.Cogs.ShouldBe(9);
        (await cheap).Paid.Cogs.ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_AccountHasLittle_PaysAheadForWhatThereIs()
    {
        var signer = PrivateKeySigner.CreateRandom();
        Sandbox.Chain.Fund(signer.Address, cogs: 17, wei: TokenAmount.FromTokens(1).Cogs);
        var snet = ConnectPrepaid(10, signer: signer);
        var service = Service(snet);

        await CallAsync(service, 3);

        await Should.ThrowAsync<InsufficientFundsException>(() => service.CallAsync("add", Numbers));
        (await SignedAsync(snet, Sandbox)).ShouldBe(15);
    }

    [Test]
    public async Task CallAsync_TotalWouldPassWhatAPlanCanName_PlansLessAndThenSaysSo()
    {
        var price = new BigInteger(5_000_000_000_000_000_000); // 5 tokens; a plan names 18.4 at most
        var pricing = new JsonArray(new JsonObject { ["default"] = true, ["price_model"] = "fixed_price", ["price_in_cogs"] = (long)price });
        await using var sandbox = await SnetSandbox.StartAsync(new SandboxOptions { Group = new JsonObject { ["pricing"] = pricing } });
        await using var snet = new SnetClient(Options(sandbox, TimeProvider.System, null));
        await using var service = snet.GetServiceClient(sandbox.Platform.OrgId, sandbox.Platform.ServiceId);

        for (var i = 0; i < 3; i++)
            (await service.CallAsync("add", Numbers)).Paid.Cogs.ShouldBe(price);
        var error = await Should.ThrowAsync<PaymentRejectedException>(() => service.CallAsync("add", Numbers));

        error.Message.ShouldContain("PaymentMode.Escrow");
        var escrow = await service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Escrow });
        escrow.Receipt!.AmountAfter.Cogs.ShouldBe(4 * price);
    }

    [Test]
    public async Task CallAsync_AnotherProcessDrawsOnThePlan_BothGoOn()
    {
        var signer = NewSigner();
        SnetClient[] clients = [ConnectPrepaid(3, signer: signer), ConnectPrepaid(3, signer: signer)];
        var (first, second) = (Service(clients[0]), Service(clients[1]));
        await CallAsync(first, 1);
        await CallAsync(second, 2); // uses up what the first has paid

        await CallAsync(first, 1);
        await CallAsync(second, 1);
    }

    [Test]
    public async Task CallAsync_TokenIsStolen_CostsWhatIsPaidAheadAndOnceMore()
    {
        using var copying = new TokenThief();
        var snet = ConnectPrepaid(4, options => options.DaemonHttpHandler = copying);
        var service = Service(snet);
        await CallAsync(service, 1);
        using var thief = new GrpcChannel(Platform.Daemon);

        var calls = 0;
        var error = await Should.ThrowAsync<ChannelStateException>(async () =>
        {
            for (; calls < 100; calls++)
            {
                await copying.UseUpAsync(thief);
                await CallAsync(service, 1);
            }
        });

        error.Message.ShouldContain("somebody else has the token");
        calls.ShouldBeLessThanOrEqualTo(2);
        (await SignedAsync(snet, Sandbox) - (5 * calls)).ShouldBeLessThanOrEqualTo(2 * 20); // what was signed for, and no call of ours was made for
        (await service.CallAsync("add", Numbers, new ServiceCallOptions { PaymentMode = PaymentMode.Escrow })).Paid.Cogs.ShouldBe(5);
    }

    [Test]
    public async Task CallAsync_DaemonTakesMoreThanThePublishedPrice_CostsWhatIsPaidAheadAndOnceMore()
    {
        var snet = ConnectPrepaid(4);
        var service = Service(snet);
        using var fault = Sandbox.Daemon.Faults.ChangePrice(20);

        var calls = 0;
        await Should.ThrowAsync<ChannelStateException>(async () =>
        {
            for (; calls < 100; calls++)
                await CallAsync(service, 1);
        });

        calls.ShouldBeLessThanOrEqualTo(3);
        (await SignedAsync(snet, Sandbox) - (5 * calls)).ShouldBeLessThanOrEqualTo(2 * 20);
    }

    [Test]
    public async Task CallAsync_DaemonSaysThatTheChannelEndsWhichDoesNot_CostsWhatIsPaidAheadAndOnceMore()
    {
        using var denying = new DenyingHandler();
        var snet = ConnectPrepaid(4, options => options.DaemonHttpHandler = denying);
        var service = Service(snet);

        var error = await Should.ThrowAsync<ChannelStateException>(async () =>
        {
            for (var calls = 0; calls < 20; calls++)
                await TryAsync(() => service.CallAsync("add", Numbers));
        });

        error.Message.ShouldContain("paid ahead");
        (await SignedAsync(snet, Sandbox)).ShouldBeLessThanOrEqualTo(2 * 20);

        static async Task TryAsync(Func<Task> call)
        {
            try
            {
                await call();
            }
            catch (PaymentRejectedException)
            {
                // Its token is worth nothing; the next call asks for another.
            }
        }
    }

    [Test]
    public async Task CallAsync_DaemonGivesNoTokenForWhatItTook_CostsWhatIsPaidAheadAndOnceMore()
    {
        using var taking = new TokenlessHandler();
        var snet = ConnectPrepaid(4, options => options.DaemonHttpHandler = taking);
        var service = Service(snet);

        var first = await Should.ThrowAsync<SnetException>(() => service.CallAsync("add", Numbers));
        for (var calls = 0; calls < 10; calls++)
            await Should.ThrowAsync<SnetException>(() => service.CallAsync("add", Numbers));

        first.MoneyMoved.ShouldBe(MoneyMoved.Yes);
        first.Message.ShouldContain("was charged");
        (await Should.ThrowAsync<ChannelStateException>(() => service.CallAsync("add", Numbers))).Message.ShouldContain("paid ahead");
        (await SignedAsync(snet, Sandbox)).ShouldBeLessThanOrEqualTo(2 * 20);
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task CallAsync_AnswersToPlansAreLostAndTheDaemonDeniesThem_CostsWhatIsPaidAheadAndOnceMore(int plansBefore)
    {
        using var taking = new TokenlessHandler { Skips = plansBefore - 1, LosesAnswers = true };
        var snet = ConnectPrepaid(4, options => (options.DaemonHttpHandler, options.MaxRetries) = (taking, 0));
        var service = Service(snet);
        await CallAsync(service, 4 * (plansBefore - 1));

        for (var calls = 0; calls < 10; calls++)
            await Should.ThrowAsync<SnetException>(() => service.CallAsync("add", Numbers));

        (await Should.ThrowAsync<ChannelStateException>(() => service.CallAsync("add", Numbers))).Message.ShouldContain("paid ahead");
        (await SignedAsync(snet, Sandbox)).ShouldBeLessThanOrEqualTo((plansBefore + 1) * 20);
    }

    [TestCase(8, "rate limiting , too many requests to handle")]
    [TestCase(14, "No requests are currently being processed, please try again later")]
    public async Task CallAsync_DaemonIsBusyWhenATokenIsToBeRenewed_NothingCountsAsGone(int status, string words)
    {
        using var busy = new RenewalRefuser(status, words);
        var snet = ConnectPrepaid(10, options => options.DaemonHttpHandler = busy);
        var service = Service(snet);
        await CallAsync(service, 1);

        for (var times = 0; times < 4; times++)
        {
            busy.Times = 1;
            using (Sandbox.Daemon.Faults.RefuseNextPayment(13, "internal error: token has invalid claims: token is expired"))
                (await Should.ThrowAsync<ServiceUnavailableException>(() => service.CallAsync("add", Numbers))).IsTransient.ShouldBeTrue();
            busy.Times.ShouldBe(0);
            await CallAsync(service, 1);
        }

        (await SignedAsync(snet, Sandbox)).ShouldBe(50);
    }

    [Test]
    public async Task CallAsync_RefusedAsUsedUpAfterMoreWasPaid_TheNewPlanCounts()
    {
        using var late = new LateRefuser();
        var snet = ConnectPrepaid(4, options => options.DaemonHttpHandler = late);
        var service = Service(snet);
        await CallAsync(service, 1);

        late.Holds = true;
        var slow = service.CallAsync("add", Numbers);
        await late.IsHeld;
        late.RefusesNext = true; // what is left of the plan is gone
        await CallAsync(service, 1); // refused, and more is paid
        late.Release();
        (await slow).Paid.Cogs.ShouldBe(5);

        await CallAsync(service, 2);
        (await SignedAsync(snet, Sandbox)).ShouldBe(2 * 20);
    }

    [Test]
    public async Task Logs_OfPrepaidCalls_DoNotTellTheToken()
    {
        using var copying = new TokenThief();
        using var logs = new CollectingLogs();
        var snet = ConnectPrepaid(2, options => (options.DaemonHttpHandler, options.LoggerFactory) = (copying, logs));
        var service = Service(snet);
        await CallAsync(service, 3);
        using (Sandbox.Daemon.Faults.RefuseNextPayment(13, "internal error: token signature is invalid: signature is invalid", Fault.UntilLifted))
            (await Should.ThrowAsync<PaymentRejectedException>(() => service.CallAsync("add", Numbers))).ToString().ShouldNotContain(copying.Token!);

        logs.Lines.ShouldNotBeEmpty();
        logs.Lines.ShouldAllBe(line => !line.Contains(copying.Token!, StringComparison.Ordinal));
        (await ReceiptsAsync(snet)).ShouldAllBe(receipt => !receipt.ToString().Contains(copying.Token!, StringComparison.Ordinal));
    }

    private static SnetClientOptions Options(SnetSandbox sandbox, TimeProvider time, HttpMessageHandler? daemon)
    {
        var options = SnetClientOptions.FromPlatform(sandbox.Platform);
        (options.PaymentMode, options.TimeProvider, options.DaemonHttpHandler) = (PaymentMode.Prepaid, time, daemon);
        return options;
    }

    /// <summary>Loses the answers of one method; with or without the request having arrived.</summary>
    private sealed class CuttingHandler(string path, bool taken) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        public int Times { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Times == 0 || request.RequestUri!.AbsolutePath != path)
                return await base.SendAsync(request, cancellationToken);
            Times--;
            if (taken)
            {
                using var response = await base.SendAsync(request, cancellationToken);
                await response.Content.ReadAsByteArrayAsync(cancellationToken);
            }

            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost.");
        }
    }

    /// <summary>Takes what is paid ahead, refuses every token, and says of each question for a new one that the channel is near its end.</summary>
    private sealed class DenyingHandler() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private ulong _paid;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == Add)
                return Refuse(13, "internal error: token signature is invalid: signature is invalid");
            if (request.RequestUri.AbsolutePath != "/escrow.TokenService/GetToken")
                return await base.SendAsync(request, cancellationToken);
            var asked = (await Histories.Books.ReadTokenRequestAsync(request.Content!, cancellationToken)).SignedAmount;
            if (asked <= _paid)
                return Refuse(2, "payment channel is near to be expired, expiration time: 1, current block: 1, expiration threshold: 1");
            _paid = asked;
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Takes what is paid ahead and gives no token for it, neither at once nor when it is asked again.</summary>
    private sealed class TokenlessHandler() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private ulong _paid;

        /// <summary>How many plans it deals with honestly before.</summary>
        public int Skips { get; set; }

        /// <summary>Whether it cuts the connection in place of an answer.</summary>
        public bool LosesAnswers { get; init; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != GetToken || Skips-- > 0)
                return await base.SendAsync(request, cancellationToken);
            var asked = (await Histories.Books.ReadTokenRequestAsync(request.Content!, cancellationToken)).SignedAmount;
            if (asked <= _paid)
                return Refuse(2, "unable to retrieve planned Amount <nil>");
            _paid = asked;
            using var response = await base.SendAsync(request, cancellationToken);
            await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (LosesAnswers)
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost.");
            var empty = Refuse(0, string.Empty);
            empty.Headers.Clear();
            empty.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
            empty.Content.Headers.ContentType = new("application/grpc");
            empty.TrailingHeaders.Add("grpc-status", "0");
            return empty;
        }
    }

    /// <summary>Refuses questions for a token that pay nothing.</summary>
    private sealed class RenewalRefuser(int status, string words) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        public int Times { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Times == 0 || request.RequestUri!.AbsolutePath != GetToken)
                return base.SendAsync(request, cancellationToken);
            Times--;
            return Task.FromResult(Refuse(status, words));
        }
    }

    /// <summary>Says of calls that what was paid ahead is used up; of the one that it holds, when it is let go.</summary>
    private sealed class LateRefuser() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously), _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Holds { get; set; }

        public bool RefusesNext { get; set; }

        public Task IsHeld => _held.Task;

        public void Release() => _released.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != Add || !(Holds || RefusesNext))
                return await base.SendAsync(request, cancellationToken);
            if (Holds)
            {
                Holds = false;
                _held.SetResult();
                await _released.Task.WaitAsync(cancellationToken);
            }
            else
            {
                RefusesNext = false;
            }

            return Refuse(13, "internal error: Usage Exceeded on channel Id 0");
        }
    }

    private static HttpResponseMessage Refuse(int status, string text)
    {
        var response = new HttpResponseMessage { Version = System.Net.HttpVersion.Version20, Content = new ByteArrayContent([]) };
        response.Content.Headers.ContentType = new("application/grpc");
        response.Headers.Add("grpc-status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        response.Headers.Add("grpc-message", Uri.EscapeDataString(text));
        return response;
    }


    /// <summary>Sees the token on its way, and uses it.</summary>
    private sealed class TokenThief() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private readonly ConcurrentStack<GrpcMetadata> _seen = new();

        public string? Token => _seen.TryPeek(out var headers) ? System.Text.Encoding.ASCII.GetString(headers.GetBytes("snet-prepaid-auth-token-bin")!) : null;

        public async Task UseUpAsync(GrpcChannel daemon)
        {
            _seen.TryPeek(out var headers);
            try
            {
                while (true)
                    await daemon.UnaryAsync(Add, ReadOnlyMemory<byte>.Empty, new GrpcCallOptions { Headers = headers }, default);
            }
            catch (GrpcException e)
            {
                e.Detail.ShouldContain("Usage Exceeded");
            }
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.TryGetValues("snet-prepaid-auth-token-bin", out var token))
            {
                var headers = new GrpcMetadata
                {
                    { "snet-payment-type", "prepaid-call" }, { "snet-payment-channel-id", request.Headers.GetValues("snet-payment-channel-id").Single() },
                };
                var text = token.Single();
                headers.Add("snet-prepaid-auth-token-bin", Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
                _seen.Push(headers);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
