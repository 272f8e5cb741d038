using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Guides;
using Snet.Sdk.Tests.Support;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>The client's node is behind the chain, and so behind the daemon's: no channel is opened or filled twice, and the error names the cause.</summary>
[Category("Sandbox")]
public sealed class LaggingNodeTests : PlatformTest
{
    private readonly ManualTime _time = new();
    private PrivateKeySigner _signer = null!;
    private ServiceClient _service = null!;

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    private NodeFaults Node => Sandbox.Chain.Faults;

    [SetUp]
    public void FundAnAccountThatEveryNodeKnows()
    {
        _signer = NewSigner();
        Sandbox.Chain.Mine(50);
        _service = NewClient();
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        _signer.Dispose();
    }

    [TestCase(4)]
    [TestCase(5)]
    public async Task CallAsync_NodeIsAFewBlocksBehind_Pays(int blocks)
    {
        await PayAsync(_service);
        Sandbox.Chain.Mine(50);
        using var lag = Node.Lag(blocks);

        (await PayAsync(NewClient())).AmountAfter.Cogs.ShouldBe(10);

        lag.Struck.ShouldBePositive();
    }

    [TestCase(6)]
    [TestCase(40)]
    public async Task CallAsync_NodeIsTooFarBehind_SaysSoAndSignsNothing(int blocks)
    {
        var channel = (await PayAsync(_service)).ChannelId;
        Sandbox.Chain.Mine(50);
        var again = NewClient();
        using (Node.Lag(blocks))
        {
            var error = await Should.ThrowAsync<ChannelStateException>(() => RunAsync(again.CallAsync("add", Numbers)));
            (error.ChannelId, error.MoneyMoved, error.IsTransient).ShouldBe((channel, MoneyMoved.No, true));
            error.Message.ShouldContain("the client's node lags behind the chain");
            Sandbox.Daemon.GetSignedTotal(channel).ShouldBe(5);
        }

        (await PayAsync(again)).AmountAfter.Cogs.ShouldBe(10); // the node has caught up
    }

    [Test]
    public async Task CallAsync_OnceWarm_DoesNotCareForTheNode()
    {
        await PayAsync(_service);
        using var lag = Node.Lag(40);

        (await PayAsync(_service)).AmountAfter.Cogs.ShouldBe(10);

        lag.Struck.ShouldBe(0);
    }

    [Test]
    public async Task CallAsync_OwnChannelIsOutOfSight_WaitsForItAndOpensNoSecond()
    {
        var channel = (await PayAsync(_service)).ChannelId;
        using var lag = Node.Lag(2);
        var again = NewClient();

        var calling = PayAsync(again);
        while (lag.Struck < 12) // it looks again and again
            await Task.Yield();
        calling.IsCompleted.ShouldBeFalse();
        Sandbox.Chain.Mine(2);

        ((await calling).ChannelId, (await calling).AmountAfter.Cogs).ShouldBe((channel, 10));
        (await again.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task CallAsync_OwnChannelStaysOutOfSight_SaysSoAndSendsNothing()
    {
        await PayAsync(_service);
        var again = NewClient(options => options.TransactionTimeout = TimeSpan.FromMilliseconds(50));
        using (Node.Lag(2))
            (await Should.ThrowAsync<TransactionFailedException>(() => RunAsync(again.CallAsync("add", Numbers)))).Message.ShouldContain("as far as the node knows");

        (await PayAsync(again)).AmountAfter.Cogs.ShouldBe(10);
        (await again.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task CallAsync_FirstChannelWithALaggingNode_IsOpenedOnce()
    {
        using var lag = Node.Lag(3);

        var calling = PayAsync(_service);
        while (!calling.IsCompleted) // the receipt of each transaction comes three blocks late
        {
            Sandbox.Chain.Mine();
            await Task.WhenAny(calling, Task.Delay(5));
        }

        (await calling).AmountAfter.Cogs.ShouldBe(5);
        lag.Dispose();
        (await _service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(50);
    }

    // Two nodes behind one address: the one that has the receipt is not the one that is asked next.
    [Test]
    public async Task CallAsync_NodeLagsOnceTheTransactionIsThrough_ChannelIsOpenedAndFilledOnce()
    {
        using var handler = new LagAfterReceipt(Node);
        var service = NewClient(options => (options.NodeHttpHandler, options.Funding) = (handler, new ChannelFunding { CallsAhead = 1, MaxCallsAhead = 1 }));

        for (var calls = 1; calls <= 3; calls++)
        {
            (await PayAsync(service)).AmountAfter.Cogs.ShouldBe(5 * calls);
            handler.CatchUp();
        }

        (await service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(15);
    }

    [Test]
    public async Task CallAsync_NodeHasNotHeardOfAClaim_SaysSoAndGoesOnWhenItHas()
    {
        using var provider = new ClaimingProvider(Sandbox);
        var channel = (await PayAsync(_service)).ChannelId;
        Sandbox.Chain.Mine(50);
        await provider.FinishAsync(await provider.StartAsync(channel, nonce: 0));
        var again = NewClient();
        using (Node.Lag(1))
        {
            var error = await Should.ThrowAsync<ChannelStateException>(() => RunAsync(again.CallAsync("add", Numbers)));
            (error.IsTransient, error.MoneyMoved).ShouldBe((true, MoneyMoved.No));
        }

        var receipt = await PayAsync(again);
        (receipt.Nonce, receipt.AmountAfter.Cogs).ShouldBe((1, 5));
    }

    [Test]
    public async Task CreateModelAsync_NodeIsTooFarBehind_NamesTheCause()
    {
        using (Node.Lag(20))
        {
            var error = await Should.ThrowAsync<ServiceCallException>(() => _service.Training.CreateModelAsync("stt", "a model"));
            error.Message.ShouldContain("The node of this client and the daemon's node disagree about the latest block");
            error.MoneyMoved.ShouldBe(MoneyMoved.No);
        }

        (await _service.Training.CreateModelAsync("stt", "a model")).Name.ShouldBe("a model");
    }

    [Test]
    public async Task TrainModelAsync_NodeFallsBehind_NamesTheCauseAndChargesNothing()
    {
        var model = await _service.Training.CreateModelAsync("stt", "a model");
        var price = await _service.Training.TrainModelPriceAsync(model.Id);
        var channel = (await PayAsync(_service)).ChannelId;
        Sandbox.Chain.Mine(50); // the client's last block number is of no use now
        using (Node.Lag(20))
        {
            var error = await Should.ThrowAsync<SnetException>(() => _service.Training.TrainModelAsync(model.Id, price));
            error.Message.ShouldContain("disagree");
            error.MoneyMoved.ShouldBe(MoneyMoved.No);
            Sandbox.Daemon.GetSignedTotal(channel).ShouldBe(5);
        }

        await _service.Training.TrainModelAsync(model.Id, price);
        Sandbox.Daemon.GetSignedTotal(channel).ShouldBe(5 + price.Cogs);
    }

    private ServiceClient NewClient(Action<SnetClientOptions>? change = null) => Service(Connect(
        options =>
        {
            (options.TimeProvider, options.AttemptTimeout) = (_time, TimeSpan.FromDays(1));
            change?.Invoke(options);
        },
        _signer));

    private async Task<PaymentReceipt> PayAsync(ServiceClient service) => (await RunAsync(service.CallAsync("add", Numbers))).Receipt.ShouldNotBeNull();

    private async Task<T> RunAsync<T>(Task<T> call)
    {
        await _time.RunAsync(call, TimeSpan.FromMilliseconds(100));
        return await call;
    }

    private sealed class LagAfterReceipt(NodeFaults node) : DelegatingHandler(new SocketsHttpHandler())
    {
        private Fault? _lag;

        public void CatchUp() => Interlocked.Exchange(ref _lag, null)?.Dispose();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            if (asked.Contains("eth_estimateGas", StringComparison.Ordinal))
                CatchUp(); // otherwise the second of two transactions would not know the first
            var response = await base.SendAsync(request, cancellationToken);
            if (asked.Contains("eth_getTransactionReceipt", StringComparison.Ordinal))
                _lag ??= node.Lag(1);
            return response;
        }
    }
}
