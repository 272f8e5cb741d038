using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Tests.Support;
using Snet.Tests;

namespace Snet.Sdk.Tests.Accounts;

/// <summary>Transactions that don't go smoothly: stuck, lost, taken back, left alone, side by side with another process.</summary>
[Category("Sandbox")]
[NonParallelizable] // the chain's blocks come when these tests say so
public sealed class TransactionTests : PlatformTest
{
    private static readonly TokenAmount Ten = TokenAmount.FromCogs(10);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private PrivateKeySigner _signer = null!;
    private SnetAccount _account = null!;

    [SetUp]
    public void Connect()
    {
        _signer = NewSigner();
        _account = NewAccount();
    }

    [TearDown]
    public void MineAgain()
    {
        _signer.Dispose();
        Sandbox.Chain.AutoMine = true;
    }

    [Test]
    public async Task DepositAsync_FreshAccountAndNoBlocksComing_IsStuckThenReplacedThenDone()
    {
        Sandbox.Chain.AutoMine = false;
        var depositing = _account.DepositAsync(Ten);
        await RunWhileAsync(depositing, 100); // the allowance goes again for more after a minute
        Sandbox.Chain.Mine();
        await RunWhileAsync(depositing, 10); // the deposit waits
        Sandbox.Chain.Mine();
        await _time.RunAsync(depositing, Second);

        (await BalanceAsync()).Escrow.ShouldBe(Ten);
    }

    [Test]
    public async Task DepositAsync_MoreForGasThanTheLimit_SendsNothing()
    {
        var account = NewAccount(options => options.MaxFeePerGas = 1_000_000_000); // the base fee is that much, and the tip comes on top
        var block = Sandbox.Chain.BlockNumber;

        var error = await Should.ThrowAsync<TransactionFailedException>(() => _time.RunAsync(account.DepositAsync(Ten), Second));

        (error.IsTransient, error.MoneyMoved, error.TransactionHash).ShouldBe((true, MoneyMoved.No, null));
        Sandbox.Chain.BlockNumber.ShouldBe(block);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task DepositAsync_BlockOfAnEarlierOneWasTakenBack_BothCount(bool forget)
    {
        await _time.RunAsync(_account.DepositAsync(Ten), Second);
        Sandbox.Chain.AutoMine = false;
        Sandbox.Chain.Faults.TakeBack(1, forget);
        (await BalanceAsync()).Escrow.ShouldBe(TokenAmount.Zero);

        var depositing = _account.DepositAsync(Ten);
        await RunWhileAsync(depositing, 5); // the first one comes back, and is waited for: it uses up the allowance that the chain still knows
        Sandbox.Chain.AutoMine = true;
        await _time.RunAsync(depositing, Second);

        (await BalanceAsync()).Escrow.ShouldBe(Ten * 2);
    }

    [Test]
    public async Task DepositAsync_SeveralAtOnce_DontUseEachOthersAllowance()
    {
        await _time.RunAsync(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _account.DepositAsync(Ten))), TimeSpan.FromMilliseconds(50));

        (await BalanceAsync()).Escrow.ShouldBe(Ten * 4);
    }

    [Test]
    public async Task DepositAsync_CallerLeaves_TheHashIsTold()
    {
        Sandbox.Chain.AutoMine = false;
        using var cancel = new CancellationTokenSource();
        var depositing = _account.DepositAsync(Ten, cancel.Token);
        await RunWhileAsync(depositing, 5);
        await cancel.CancelAsync();

        string? message = null;
        try
        {
            await depositing;
        }
        catch (OperationCanceledException e)
        {
            message = e.Message;
        }

        message.ShouldNotBeNull().ShouldContain("0x");
        Sandbox.Chain.AutoMine = true;
        await _time.RunAsync(_account.DepositAsync(Ten), Second); // after the allowance that was left behind, which serves this one
        (await BalanceAsync()).Escrow.ShouldBe(Ten);
    }

    [Test]
    public async Task DepositAsync_TwoClientsOfOneAccountAtOnce_BothCount()
    {
        await _time.RunAsync(_account.DepositAsync(TokenAmount.FromCogs(100)), Second);
        var other = NewAccount();

        var all = Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? _account : other).TransferAsync(Stranger, Ten)));
        await _time.RunAsync(all, TimeSpan.FromMilliseconds(50));

        (await BalanceAsync()).Escrow.ShouldBe(TokenAmount.FromCogs(40));
    }

    [Test]
    public async Task TransferAsync_ManyAtOnceAndNoBlockBetween_AllCountInOneBlock()
    {
        await _time.RunAsync(_account.DepositAsync(TokenAmount.FromCogs(100)), Second);
        Sandbox.Chain.AutoMine = false;
        var block = Sandbox.Chain.BlockNumber;

        var all = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _account.TransferAsync(Stranger, Ten)));
        await RunWhileAsync(all, 10);
        Sandbox.Chain.Mine();
        await _time.RunAsync(all, Second);

        Sandbox.Chain.BlockNumber.ShouldBe(block + 1);
        (await BalanceAsync()).Escrow.ShouldBe(TokenAmount.FromCogs(20));
    }

    [Test]
    public async Task DepositAsync_NodeBehindTheAllowance_WaitsForItInsteadOfGivingUp()
    {
        Sandbox.Chain.Mine(5);
        using var handler = new LagOnceAllowed(Sandbox.Chain.Faults);
        var account = NewAccount(options => options.NodeHttpHandler = handler);

        await _time.RunAsync(account.DepositAsync(Ten), TimeSpan.FromMilliseconds(50));

        handler.Struck.ShouldBePositive();
        (await BalanceAsync()).Escrow.ShouldBe(Ten);
    }

    private SnetAccount NewAccount(Action<SnetClientOptions>? change = null) => Connect(
        options =>
        {
            options.TimeProvider = _time;
            options.AttemptTimeout = options.TransactionTimeout = TimeSpan.FromDays(1); // the clock runs ahead of a busy machine
            change?.Invoke(options);
        },
        _signer).Account;

    private async Task<AccountBalance> BalanceAsync() => await Connect(signer: _signer).Account.GetBalanceAsync();

    // Lets the client's clock go on while no block comes.
    private async Task RunWhileAsync(Task waiting, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(Second);
            await Task.Delay(10);
            waiting.IsCompleted.ShouldBeFalse();
        }
    }

    // Two nodes behind one address: the one that is asked for the next transaction's gas has not heard of the block with the one before.
    private sealed class LagOnceAllowed(Snet.Sdk.Sandbox.Faults.NodeFaults node) : DelegatingHandler(new SocketsHttpHandler())
    {
        private Snet.Sdk.Sandbox.Faults.Fault? _lag;

        public int Struck => _lag?.Struck ?? 0;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            var response = await base.SendAsync(request, cancellationToken);
            if (_lag is null && asked.Contains("eth_getTransactionReceipt", StringComparison.Ordinal))
                _lag = node.Lag(1, times: 20);
            return response;
        }
    }
}
