using Snet.Ethereum;

namespace Snet.Tests.Ethereum;

/// <summary>What becomes of transactions that wait: lost, stuck, overtaken, taken back. Each is carried out once, or not at all and said so.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TransactionCareTests : IDisposable
{
    private static readonly EthereumAddress Contract = EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly MempoolNode _node = new();
    private readonly PrivateKey _key = PrivateKey.Create();
    private readonly List<(TransactionStep Step, string Hash)> _told = [];
    private TransactionLimits _limits;
    private Func<Task>? _beforeSigning;
    private TransactionSender? _sender;

    public TransactionCareTests() => _limits = new TransactionLimits(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(2), _time);

    private TransactionSender Sender => _sender ??= NewSender();

    public void Dispose()
    {
        _sender?.Dispose();
        _key.Dispose();
        _node.Dispose();
    }

    [Test]
    public async Task SendAsync_NodeForgetsIt_TheSameBytesGoAgain()
    {
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(5 * Second);
        _node.DropAll();
        await PassAsync(20 * Second);
        _node.Mine();

        await RunAsync(sending);

        (_node.Received.Length, _node.Sendings).ShouldBe((1, 2));
        Steps.ShouldBe([TransactionStep.Sent, TransactionStep.SentAgain]);
    }

    [Test]
    public async Task SendAsync_StuckBelowTheBaseFee_GoesAgainWithAnEighthMoreOfBothFees()
    {
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(5 * Second);
        _node.BaseFee = 30; // 22 were offered: twice 10, and the tip
        await PassAsync(50 * Second);
        _node.Received.Length.ShouldBe(1); // it may have its turn yet
        await PassAsync(30 * Second);
        _node.Mine();

        var receipt = await RunAsync(sending);

        var (first, second) = (_node.Received[0], _node.Received[1]);
        (first.MaxPriorityFeePerGas, first.MaxFeePerGas).ShouldBe((2, 22));
        (second.MaxPriorityFeePerGas, second.MaxFeePerGas).ShouldBe((3, 62)); // 2 and an eighth, rounded up; twice 30, and what the node suggests
        second.ShouldBeEquivalentTo(first with { MaxPriorityFeePerGas = 3, MaxFeePerGas = 62 });
        receipt.Hash.ShouldBe(_told[^1].Hash);
        _node.Executed.ShouldBe([[1]]);
    }

    [Test]
    public async Task SendAsync_StuckThoughTheFeesSuffice_BothStillRiseByAnEighth()
    {
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(80 * Second);
        _node.Mine();
        await RunAsync(sending);

        (_node.Received[1].MaxPriorityFeePerGas, _node.Received[1].MaxFeePerGas).ShouldBe((3, 25)); // 22 and an eighth, rounded up
    }

    [Test]
    public async Task SendAsync_OldFormIsMinedAfterAll_ItsReceiptCounts()
    {
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(5 * Second);
        var first = _told.Single().Hash;
        await PassAsync(75 * Second);
        _node.Received.Length.ShouldBe(2); // the second form waits in its place ...
        _node.DropAll();
        await ResendAsync(0); // ... and a block's maker had kept the first
        _node.Mine();

        (await RunAsync(sending)).Hash.ShouldBe(first);
        _node.Executed.ShouldBe([[1]]);
    }

    [Test]
    public async Task SendAsync_NeverMined_FeesRiseFiveTimesAtMost()
    {
        _limits = _limits with { ReceiptTimeout = TimeSpan.FromMinutes(20) };
        var sending = Sender.SendAsync(Contract, [1], default);

        var error = await Should.ThrowAsync<TransactionException>(() => RunAsync(sending));

        _node.Received.Length.ShouldBe(6);
        (error.IsPending, error.Hash).ShouldBe((true, _told[^1].Hash));
    }

    [Test]
    public async Task SendAsync_StuckAndALimitIsReached_IsNotSentForMore()
    {
        _limits = _limits with { MaxFeePerGas = 24 };
        var sending = Sender.SendAsync(Contract, [1], default);

        var error = await Should.ThrowAsync<TransactionException>(() => RunAsync(sending));

        _node.Received.Length.ShouldBe(1); // an eighth more would be 25
        error.InnerException.ShouldNotBeNull().Message.ShouldContain("beyond a limit");
    }

    [Test]
    public async Task SendAsync_StuckAndTheSignerRefuses_StaysAsItIsAndTellsWhyInTheEnd()
    {
        var asked = 0;
        _beforeSigning = () => asked++ == 0 ? Task.CompletedTask : throw new InvalidOperationException("declined on the device");
        var sending = Sender.SendAsync(Contract, [1], default);

        var error = await Should.ThrowAsync<TransactionException>(() => RunAsync(sending));

        asked.ShouldBe(2); // it is not pressed again and again
        error.InnerException.ShouldNotBeNull().Message.ShouldBe("declined on the device");
    }

    [Test]
    public async Task SendAsync_TooDear_SendsNothing()
    {
        (_limits, _node.BaseFee) = (_limits with { MaxFeePerGas = 11 }, 10); // and a tip of 2

        var error = await Should.ThrowAsync<TransactionException>(() => RunAsync(Sender.SendAsync(Contract, [1], default)));

        (error.IsTransient, error.IsPending, _node.Sendings).ShouldBe((true, false, 0));
        error.Message.ShouldContain("12 wei now and at most 11");
    }

    [Test]
    public async Task SendAsync_LimitBelowTwiceTheBaseFee_OffersTheLimit()
    {
        _limits = _limits with { MaxFeePerGas = 13 };
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(Second);
        _node.Mine();
        await RunAsync(sending);

        _node.Received.ShouldHaveSingleItem().MaxFeePerGas.ShouldBe(13);
    }

    [Test]
    public async Task SendAsync_SecondOfTwoIsStuckBehindTheFirst_OnlyTheFirstGetsHigherFees()
    {
        var both = Task.WhenAll(Sender.SendAsync(Contract, [1], default), Sender.SendAsync(Contract, [2], default));
        await PassAsync(80 * Second);

        _node.Received.Select(sent => sent.Nonce).ShouldBe([0, 1, 0]);
        _node.Mine();
        await RunAsync(both);
        _node.Executed.ShouldBe([[1], [2]]);
    }

    [Test]
    public async Task SendAsync_EarlierOneWasGivenUpAndIsLost_GoesFirst()
    {
        using var cancel = new CancellationTokenSource();
        _limits = _limits with { ReceiptTimeout = 10 * Second };
        await Should.ThrowAsync<TransactionException>(() => RunAsync(Sender.SendAsync(Contract, [1], default)));
        _node.DropAll();

        var sending = Sender.SendAsync(Contract, [2], default);
        await PassAsync(Second);
        _node.Mine();
        await RunAsync(sending);

        _node.Executed.ShouldBe([[1], [2]]); // no gap that the second would wait behind for ever, and the first intent is kept
    }

    [Test]
    public async Task SendAsync_EarlierOneIsLostAndItsFeesNoLongerDo_GoesFirstWithHigherOnes()
    {
        _limits = _limits with { ReceiptTimeout = 10 * Second };
        await Should.ThrowAsync<TransactionException>(() => RunAsync(Sender.SendAsync(Contract, [1], default)));
        _node.DropAll();
        _node.BaseFee = 100;

        var sending = Sender.SendAsync(Contract, [2], default);
        await PassAsync(Second);
        _node.Mine();
        await RunAsync(sending);

        _node.Executed.ShouldBe([[1], [2]]);
    }

    [Test]
    public async Task SendAsync_CallerLeaves_ItIsLookedAfterAllTheSameAndItsHashIsTold()
    {
        using var cancel = new CancellationTokenSource();
        var sending = Sender.SendAsync(Contract, [1], cancel.Token);
        await PassAsync(5 * Second);
        await cancel.CancelAsync();

        var error = await CanceledAsync(sending);

        error.Message.ShouldContain(_told[0].Hash);
        error.CancellationToken.ShouldBe(cancel.Token);
        Steps.ShouldBe([TransactionStep.Sent, TransactionStep.Left]);
        _node.DropAll();
        await PassAsync(20 * Second);
        _node.Waiting.ShouldHaveSingleItem().Data.ShouldBe([1]);
    }

    [Test]
    public async Task WaitForEarlierAsync_CallerLeftALostTransaction_BringsItBackAndWaits()
    {
        _limits = _limits with { ReceiptTimeout = 10 * Second };
        await Should.ThrowAsync<TransactionException>(() => RunAsync(Sender.SendAsync(Contract, [1], default)));
        _node.DropAll();

        var waiting = Sender.WaitForEarlierAsync(default);
        await PassAsync(3 * Second);
        waiting.IsCompleted.ShouldBeFalse();
        _node.Mine();

        (await RunAsync(waiting)).ShouldBeTrue();
        (await RunAsync(Sender.WaitForEarlierAsync(default))).ShouldBeFalse();
        _node.Executed.ShouldBe([[1]]);
    }

    [Test]
    public async Task SendAsync_AnotherProcessOverbidsTheNonce_IsSignedAnewWithTheNextOnce()
    {
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(5 * Second);
        _node.SendFromElsewhere([9], overbid: true);
        _node.Mine();
        await PassAsync(30 * Second);
        _node.Received.Length.ShouldBe(1); // the other's block could be taken back yet
        await PassAsync(40 * Second);
        _node.Mine();

        await RunAsync(sending);

        _node.Executed.ShouldBe([[9], [1]]);
        _node.Received.Select(sent => sent.Nonce).ShouldBe([0, 1]);
    }

    [Test]
    public async Task SendAsync_OthersBlockIsTakenBackAndOursCountsAfterAll_IsNotSentASecondTime()
    {
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(5 * Second);
        _node.SendFromElsewhere([9], overbid: true);
        _node.Mine();
        await PassAsync(20 * Second);
        _node.TakeBack(forget: true);
        await PassAsync(20 * Second); // ours goes again
        _node.Mine();

        await RunAsync(sending);

        _node.Executed.ShouldBe([[1]]);
        _node.Received.Length.ShouldBe(1);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task SendAsync_BlockOfTheOneBeforeIsTakenBack_ThatOneComesBackFirst(bool forget)
    {
        var first = Sender.SendAsync(Contract, [1], default);
        await PassAsync(Second);
        _node.Mine();
        await RunAsync(first);
        _node.TakeBack(forget);

        var second = Sender.SendAsync(Contract, [2], default);
        await PassAsync(Second);
        _node.Mine();
        await RunAsync(second);

        _node.Executed.ShouldBe([[1], [2]]);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task SendAsync_NodeIsAwayForAMinute_IsSentOnce(bool arrives)
    {
        _beforeSigning = () =>
        {
            if (arrives)
                _node.LoseAnswers(6); // sent and asked for, three times
            else
                _node.LoseRequests(6);
            return Task.CompletedTask;
        };
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(20 * Second);
        _node.Mine();

        await RunAsync(sending);

        (_node.Received.Length, _node.Executed.Length).ShouldBe((1, 1));
    }

    [Test]
    public async Task Dispose_WhileWaiting_SaysThatItMayStillCount()
    {
        var sending = Sender.SendAsync(Contract, [1], default);
        await PassAsync(Second);
        Sender.Dispose();

        var error = await Should.ThrowAsync<TransactionException>(() => sending);

        (error.IsPending, error.Hash).ShouldBe((true, _told[0].Hash));
    }

    private IEnumerable<TransactionStep> Steps => _told.Select(told => told.Step);

    private TransactionSender NewSender()
    {
        var rpc = new JsonRpcClient(new HttpClient(_node, disposeHandler: false), [new Uri("http://node")], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, _time));
        return new TransactionSender(new EthereumClient(rpc), _key.Address, 1, SignAsync, _limits, (step, sent) => _told.Add((step, sent.Hash)));
    }

    private async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> unsigned, CancellationToken cancellationToken)
    {
        await (_beforeSigning?.Invoke() ?? Task.CompletedTask);
        return _key.SignHash(Keccak256.Hash(unsigned.Span));
    }

    // As a caller's await gives it; what looks at the task from outside sees no message.
    private static async Task<OperationCanceledException> CanceledAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException e)
        {
            return e;
        }

        throw new InvalidOperationException("It was not cancelled.");
    }

    // What a node far away still had of an earlier form.
    private async Task ResendAsync(int form)
    {
        var transaction = _node.Received[form];
        var rpc = new JsonRpcClient(new HttpClient(_node, disposeHandler: false), [new Uri("http://node")], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, _time));
        await new EthereumClient(rpc).SendRawTransactionAsync(transaction.EncodeSigned(_key.SignHash(Keccak256.Hash(transaction.EncodeUnsigned()))), default);
    }

    private async Task PassAsync(TimeSpan time)
    {
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end; _time.Advance(TimeSpan.FromMilliseconds(500)))
            await Task.Delay(2); // for the pool's threads to carry on
        await Task.Delay(5);
    }

    private async Task<T> RunAsync<T>(Task<T> task)
    {
        await _time.RunAsync(task, Second);
        return await task;
    }
}
