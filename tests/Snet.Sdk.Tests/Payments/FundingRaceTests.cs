using System.Text.Json.Nodes;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Tests;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Two processes of one account fund at the same moment. Whoever comes second looks again and goes on; only a real lack ends a call.</summary>
[Category("Sandbox")]
public sealed class FundingRaceTests : PlatformTest
{
    private static readonly ChannelFunding Short = new() { CallsAhead = 1, MaxCallsAhead = 1 };

    private readonly ManualTime _time = new();
    private PrivateKeySigner _signer = null!;

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [TearDown]
    public void ForgetSigner()
    {
        Sandbox.Chain.AutoMine = true; // what failed half way does not stop the tests after it
        _signer?.Dispose();
    }

    [Test]
    public async Task CallAsync_OtherFillsFromTheSameEscrow_BothArePaid([Values] Moment moment, [Values(7, 15)] int inEscrow)
    {
        var (first, second, between) = await PayOnceAsync(deposit: 5 + inEscrow);
        between.Once(moment, EscrowContract.ChannelExtendAndAddFunds, () => AddAsync(first, 3));

        await AddAsync(second, 1); // escrow has what one filling takes; the rest comes from the wallet

        between.Struck.ShouldBe(1);
        await BooksAgreeAsync(calls: 5);
    }

    [Test]
    public async Task CallAsync_OtherFillsFromTheWallet_BothArePaid([Values] Moment moment, [Values("approve", "deposit", "fill")] string step)
    {
        var (first, second, between) = await PayOnceAsync(deposit: 0);
        between.Once(moment, step switch { "approve" => TokenContract.Approve, "deposit" => EscrowContract.Deposit, _ => EscrowContract.ChannelExtendAndAddFunds }, () => AddAsync(first, 3));

        await AddAsync(second, 1);

        between.Struck.ShouldBe(1);
        await BooksAgreeAsync(calls: 5);
    }

    [Test]
    public async Task CallAsync_OtherOpensAtTheSameMoment_BothArePaid([Values] Moment moment, [Values] bool fromEscrow)
    {
        _signer = NewSigner(0);
        Sandbox.Chain.Fund(_signer.Address, 50, 0); // enough for the channel of one
        var (first, second, between) = NewClients(new ChannelFunding { CallsAhead = 10 });
        if (fromEscrow)
            await DepositAsync(first, 50);
        between.Once(moment, fromEscrow ? EscrowContract.OpenChannel : EscrowContract.DepositAndOpenChannel, () => AddAsync(first, 1));

        await AddAsync(second, 1);

        between.Struck.ShouldBe(1);
        (await second.Channels.ListAsync()).ShouldHaveSingleItem(); // it pays from the other's
        await BooksAgreeAsync(calls: 2);
    }

    [Test]
    public async Task CallAsync_OtherTookTheLastTokens_EndsInTheLackAndSignsNothing([Values] Moment moment)
    {
        _signer = NewSigner(0);
        Sandbox.Chain.Fund(_signer.Address, 14, 0);
        var (first, second, between) = NewClients(Short);
        await AddAsync(first, 1);
        await AddAsync(second, 0);
        between.Once(moment, EscrowContract.Deposit, () => AddAsync(first, 1));

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => AddAsync(second, 1));

        (error.Balance, error.Needed.Cogs, error.Available.Cogs, error.MoneyMoved).ShouldBe(("wallet and escrow", 5, 4, MoneyMoved.No));
        between.Struck.ShouldBe(1);
        await BooksAgreeAsync(calls: 2);
    }

    [Test]
    public async Task DepositAsync_OtherUsesTheAllowance_BothAreInEscrow([Values] Moment moment)
    {
        _signer = NewSigner();
        var (first, second, between) = NewClients(Short);
        between.Once(moment, EscrowContract.Deposit, () => DepositAsync(first, 10));

        await DepositAsync(second, 10);

        between.Struck.ShouldBe(1);
        (await first.Client.Account.GetBalanceAsync()).Escrow.Cogs.ShouldBe(20);
    }

    [Test]
    public async Task DepositAsync_OtherTookTheLastTokens_EndsInTheLack([Values] Moment moment)
    {
        _signer = NewSigner(0);
        Sandbox.Chain.Fund(_signer.Address, 14, 0);
        var (first, second, between) = NewClients(Short);
        between.Once(moment, EscrowContract.Deposit, () => DepositAsync(first, 10));

        var error = await Should.ThrowAsync<InsufficientFundsException>(() => DepositAsync(second, 10));

        (error.Balance, error.Needed.Cogs, error.Available.Cogs).ShouldBe(("wallet", 10, 4));
        (await first.Client.Account.GetBalanceAsync()).Escrow.Cogs.ShouldBe(10);
    }

    [Test]
    public async Task FundAsync_OtherTookTheEscrowThatThePlanCountedOn_IsPlannedAgainWithinWhatThePlanShowed([Values] Moment moment, [Values] bool planTakesFromTheWallet)
    {
        _signer = NewSigner();
        var (first, second, between) = NewClients(Short);
        await DepositAsync(first, 20);
        await RunAsync(first.Channels.OpenAsync(TokenAmount.FromCogs(5)));
        var plan = await second.Channels.PlanFundingAsync(TokenAmount.FromCogs(planTakesFromTheWallet ? 25 : 15));
        between.Once(moment, EscrowContract.ChannelExtendAndAddFunds, () => RunAsync(first.Client.Account.WithdrawAsync(TokenAmount.FromCogs(10))));

        var funding = RunAsync(second.Channels.FundAsync(plan));

        if (planTakesFromTheWallet)
            (await funding).Value.Cogs.ShouldBe(25);
        else
            (await Should.ThrowAsync<InsufficientFundsException>(funding)).Balance.ShouldBe("escrow");
        between.Struck.ShouldBe(1);
    }

    [Test]
    public async Task CallAsync_TwoClientsThatFillForEachCallAtOnce_AllArePaid()
    {
        var (first, second, _) = await PayOnceAsync(deposit: 0, TimeProvider.System); // pauses that cost no time would not keep the two apart

        await Task.WhenAll(AddAsync(first, 8), AddAsync(second, 8));

        await BooksAgreeAsync(calls: 17);
    }

    /// <summary>When the other one comes in between.</summary>
    public enum Moment
    {
        /// <summary>So that the node refuses the gas estimate.</summary>
        BeforeTheEstimate,

        /// <summary>So that its nonce is gone, and what the estimate was based on.</summary>
        BeforeTheSending,

        /// <summary>So that the transaction is reverted in its block, behind the other's.</summary>
        InTheSameBlock,
    }

    private (ServiceClient First, ServiceClient Second, BetweenHandler Between) NewClients(ChannelFunding funding, TimeProvider? time = null)
    {
        var between = new BetweenHandler(Sandbox.Chain, _signer.Address);
        return (NewClient(null), NewClient(between), between);

        ServiceClient NewClient(HttpMessageHandler? node) => Service(Connect(
            options =>
            {
                (options.Funding, options.NodeHttpHandler, options.TimeProvider) = (funding, node, time ?? _time);
                options.AttemptTimeout = options.CallTimeout = options.TransactionTimeout = TimeSpan.FromDays(1);
            },
            _signer));
    }

    // Pauses cost no time.
    private async Task<T> RunAsync<T>(Task<T> task)
    {
        await RunAsync((Task)task);
        return await task;
    }

    private Task RunAsync(Task task) => _time.RunAsync(task, TimeSpan.FromMilliseconds(50));

    private Task DepositAsync(ServiceClient service, int cogs) => RunAsync(service.Client.Account.DepositAsync(TokenAmount.FromCogs(cogs)));

    // The channel is there, both know it, and it is used up.
    private async Task<(ServiceClient First, ServiceClient Second, BetweenHandler Between)> PayOnceAsync(int deposit, TimeProvider? time = null)
    {
        _signer = NewSigner();
        var (first, second, between) = NewClients(Short, time);
        if (deposit > 0)
            await DepositAsync(first, deposit);
        await AddAsync(first, 1);
        await second.Channels.ListAsync();
        return (first, second, between);
    }

    private async Task AddAsync(ServiceClient service, int times)
    {
        await service.GetMetadataAsync();
        for (var i = 0; i < times; i++)
            (await RunAsync(service.CallAsync("add", Numbers))).Paid.Cogs.ShouldBe(5);
    }

    // What was signed is what the calls cost, on one channel that holds as much.
    private async Task BooksAgreeAsync(int calls)
    {
        var service = Service(Connect(signer: _signer));
        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        Sandbox.Daemon.GetSignedTotal(channel.Id).ShouldBe(5 * calls);
        channel.Value.Cogs.ShouldBeGreaterThanOrEqualTo(5 * calls);
    }

    /// <summary>Lets something else happen right before the node hears of a certain transaction.</summary>
    private sealed class BetweenHandler(SandboxChain chain, EthereumAddress account) : DelegatingHandler(new SocketsHttpHandler())
    {
        private (string Method, string Selector, Func<Task> Act)? _order;
        private bool _gathers;
        private Task _other = Task.CompletedTask;

        public int Struck { get; private set; }

        public void Once(Moment moment, AbiFunction function, Func<Task> act)
        {
            _gathers = moment == Moment.InTheSameBlock;
            _order = (moment == Moment.BeforeTheSending ? "eth_sendRawTransaction" : "eth_estimateGas", Hex.Encode(function.Selector)[2..], act);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            if (_order is { } order && asked.Contains(order.Method, StringComparison.Ordinal) && asked.Contains(order.Selector, StringComparison.Ordinal))
            {
                _order = null;
                Struck++;
                chain.AutoMine = !_gathers;
                _other = order.Act();
                if (_gathers)
                    await chain.PendingAsync(account);
                else
                    await _other;
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (!chain.AutoMine && asked.Contains("eth_sendRawTransaction", StringComparison.Ordinal) && chain.CountPending(account) == 2)
            {
                chain.Mine();
                chain.AutoMine = true;
                await _other;
            }

            return response;
        }
    }
}
