using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Ethereum;
using static Snet.Tests.Ethereum.FakeNode;

namespace Snet.Tests.Ethereum;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TransactionSenderTests : IDisposable
{
    private const string NoMoney = "0x08c379a0" + "0000000000000000000000000000000000000000000000000000000000000020"
        + "0000000000000000000000000000000000000000000000000000000000000008" + "6e6f206d6f6e6579000000000000000000000000000000000000000000000000";

    private static readonly EthereumAddress Contract = EthereumAddress.Parse("0x042d31F61c598eADcAc729B845406514521db520");
    private static readonly Exception Lost = new HttpRequestException("connection lost");

    private readonly ManualTime _time = new();
    private readonly FakeNode _node = new();

    public void Dispose() => _node.Dispose();

    [Test]
    public async Task SendAsync_NewAccount_SendsNonce0WithGasAndFeesFromTheNode()
    {
        var receipt = await RunAsync();

        receipt.Succeeded.ShouldBeTrue();
        (receipt.Block, receipt.GasUsed, receipt.GasPrice).ShouldBe((16, 21000, 7));
        var fields = Fields(_node.Sent.ShouldHaveSingleItem());
        var gas = Rlp.ReadNumber(fields[4]);
        gas.ShouldBeInRange(60_000, 64_096); // the estimate, a fifth, and a little at random
        fields[..7].Select(f => Rlp.ReadNumber(f)).ShouldBe(
            [11155111, 0, 5, 2_000_000_005, gas, new BigInteger(Contract.ToByteArray(), isUnsigned: true, isBigEndian: true), 0]);
        fields[7].ShouldBe([1, 2, 3]);
    }

    [Test]
    public async Task SendAsync_SameCallFromAnotherProcess_IsAnotherTransaction()
    {
        using var key = PrivateKey.Create();
        for (var process = 0; process < 3; process++)
        {
            using var sender = Sender(key);
            await sender.SendAsync(Contract, [1], default);
        }

        _node.Sent.Distinct().Count().ShouldBeGreaterThan(1); // the same nonce each time, and yet not taken for the other's
    }

    [Test]
    public async Task SendAsync_TwoAtOnceAndTheNodesCountLags_HaveTwoNonces()
    {
        using var key = PrivateKey.Create();
        using var sender = Sender(key);
        _node.On("eth_getTransactionReceipt", _ => null, _ => null, _ => Receipt());

        var both = Task.WhenAll(sender.SendAsync(Contract, [1], default), sender.SendAsync(Contract, [2], default));
        await _time.RunAsync(both, TimeSpan.FromMilliseconds(10));

        _node.Sent.Select(raw => Rlp.ReadNumber(Fields(raw)[1])).ShouldBe([0, 1]);
    }

    [Test]
    public async Task SendAsync_AnswerToSendingIsLostButItArrived_IsNotSentAgain()
    {
        _node.On("eth_sendRawTransaction", p => { _node.Accept((string)p[0]!); throw Lost; })
            .On("eth_getTransactionByHash", _ => new JsonObject());

        (await RunAsync()).Succeeded.ShouldBeTrue();

        _node.Sent.Count.ShouldBe(1);
    }

    // Behind one address stand several nodes, or one that does not tell what waits; the request came twice.
    [TestCase("already known")]
    [TestCase("AlreadyKnown")]
    [TestCase("Known transaction")]
    public async Task SendAsync_NodeHasItAlreadyAndDoesNotTellByHash_IsWaitedFor(string refusal)
    {
        _node.On("eth_sendRawTransaction", p => { _node.Accept((string)p[0]!); throw new NodeRefusal(-32000, refusal); });

        (await RunAsync()).Succeeded.ShouldBeTrue();

        _node.Sent.Count.ShouldBe(1);
    }

    [Test]
    public async Task SendAsync_SendingIsLost_TheSameBytesGoAgain()
    {
        var tried = new List<string>();
        _node.On("eth_sendRawTransaction", p => { tried.Add((string)p[0]!); throw Lost; }, p => _node.Accept((string)p[0]!));

        (await RunAsync()).Succeeded.ShouldBeTrue();

        _node.Sent.ShouldBe(tried);
    }

    [Test]
    public async Task SendAsync_NodeIsGoneWhileSending_SaysThatItMayCount()
    {
        _node.On("eth_sendRawTransaction", _ => throw Lost).On("eth_getTransactionByHash", _ => throw Lost).On("eth_getTransactionReceipt", _ => throw Lost);

        var error = await Should.ThrowAsync<TransactionException>(RunAsync);

        error.IsPending.ShouldBeTrue();
        error.Hash.ShouldNotBeNull().Length.ShouldBe(66);
        error.Message.ShouldContain("look it up");
    }

    [Test]
    public async Task SendAsync_NodeRefuses_IsToldAndTheNonceIsFree()
    {
        using var key = PrivateKey.Create();
        using var sender = Sender(key);
        _node.On("eth_sendRawTransaction", _ => throw new NodeRefusal(-32000, "transaction underpriced"), p => _node.Accept((string)p[0]!));

        var error = await Should.ThrowAsync<JsonRpcException>(() => sender.SendAsync(Contract, [1], default));
        error.Message.ShouldContain("underpriced");
        await sender.SendAsync(Contract, [1], default);

        Rlp.ReadNumber(Fields(_node.Sent.ShouldHaveSingleItem())[1]).ShouldBe(0);
    }

    [TestCase("nonce too low: next nonce 1, tx nonce 0")]
    [TestCase("replacement transaction underpriced")]
    public async Task SendAsync_AnotherTransactionHasTheNonce_TakesTheNext(string refusal)
    {
        _node.On("eth_sendRawTransaction", _ => throw new NodeRefusal(-32000, refusal), p => _node.Accept((string)p[0]!))
            .On("eth_getTransactionCount", p => (string?)p[1] == "pending" && _node.Calls.Contains("eth_sendRawTransaction") ? "0x1" : "0x0");

        (await RunAsync()).Succeeded.ShouldBeTrue();

        Rlp.ReadNumber(Fields(_node.Sent.ShouldHaveSingleItem())[1]).ShouldBe(1);
    }

    [Test]
    public async Task SendAsync_EveryNonceIsTaken_IsToldAfterThreeAttempts()
    {
        _node.On("eth_sendRawTransaction", _ => throw new NodeRefusal(-32000, "nonce too low"));

        var error = await Should.ThrowAsync<TransactionException>(RunAsync);

        (error.Hash, error.IsTransient).ShouldBe((null, true));
        _node.Calls.Count(method => method == "eth_sendRawTransaction").ShouldBe(3);
    }

    [Test]
    public async Task SendAsync_SendingIsLostThenTheNonceIsTaken_SendsNoOtherInItsPlace()
    {
        var tried = new HashSet<string>();
        _node.On(
            "eth_sendRawTransaction",
            p => { tried.Add((string)p[0]!); throw Lost; },
            p => { tried.Add((string)p[0]!); throw new NodeRefusal(-32000, "replacement transaction underpriced"); })
            .On("eth_getTransactionReceipt", _ => null);

        (await Should.ThrowAsync<TransactionException>(RunAsync)).IsPending.ShouldBeTrue();

        tried.Count.ShouldBe(1); // the lost one may still count
    }

    [Test]
    public async Task SendAsync_TooManyRequests_WaitsAndSendsAgain()
    {
        _node.On("eth_sendRawTransaction", _ => throw new NodeRefusal(-32005, "limit exceeded"), p => _node.Accept((string)p[0]!));

        (await RunAsync()).Succeeded.ShouldBeTrue();
    }

    [Test]
    public async Task SendAsync_WouldBeReverted_TellsWhyAndSendsNothing()
    {
        _node.On("eth_estimateGas", _ => throw new NodeRefusal(3, "execution reverted", NoMoney));

        var error = await Should.ThrowAsync<TransactionException>(RunAsync);

        error.Reason.ShouldBe("no money");
        error.Message.ShouldBe("The transaction would be reverted: no money. Nothing was sent.");
        (error.Hash, error.IsPending).ShouldBe((null, false));
        _node.Sent.ShouldBeEmpty();
    }

    [Test]
    public async Task SendAsync_TooLittleEther_TellsBothAmountsAndSendsNothing()
    {
        _node.On("eth_getBalance", _ => "0x64");

        var error = await Should.ThrowAsync<TransactionException>(RunAsync);

        error.GasAvailable.ShouldBe(100);
        error.GasNeeded.ShouldNotBeNull().ShouldBeInRange(60_000 * 2_000_000_005L, 64_096 * 2_000_000_005L);
        _node.Sent.ShouldBeEmpty();
    }

    [Test]
    public async Task SendAsync_Reverted_TellsHashAndReason()
    {
        _node.On("eth_getTransactionReceipt", _ => Receipt(succeeded: false))
            .On("eth_call", _ => throw new NodeRefusal(3, "execution reverted", NoMoney));

        var error = await Should.ThrowAsync<TransactionException>(RunAsync);

        error.Reason.ShouldBe("no money");
        error.Hash.ShouldNotBeNull();
        error.IsPending.ShouldBeFalse();
    }

    [Test]
    public async Task SendAsync_NodeFailsWhileWaiting_IsAskedOn()
    {
        _node.On("eth_getTransactionReceipt", _ => null, _ => throw Lost, _ => throw new NodeRefusal(-32000, "indexing"), _ => Receipt());

        (await RunAsync()).Succeeded.ShouldBeTrue();
    }

    [Test]
    public async Task SendAsync_NeverInABlock_SaysThatItMayStillCount()
    {
        _node.On("eth_getTransactionReceipt", _ => null);

        var error = await Should.ThrowAsync<TransactionException>(RunAsync);

        error.IsPending.ShouldBeTrue();
        error.Message.ShouldContain("is in no block after 60 s");
    }

    [Test]
    public async Task SendAsync_CallerCancelsTheWaiting_TheNonceStaysTaken()
    {
        using var key = PrivateKey.Create();
        using var sender = Sender(key);
        using var cancel = new CancellationTokenSource();
        _node.On("eth_getTransactionReceipt", _ => { cancel.Cancel(); return null; }, _ => Receipt());

        await Should.ThrowAsync<OperationCanceledException>(() => sender.SendAsync(Contract, [1], cancel.Token));
        await sender.SendAsync(Contract, [2], default);

        _node.Sent.Select(raw => Rlp.ReadNumber(Fields(raw)[1])).ShouldBe([0, 1]);
    }

    [Test]
    public async Task Dispose_OneSendsAndAnotherWaits_BothEndAndWhatWasSentIsTold()
    {
        using var key = PrivateKey.Create();
        var sender = Sender(key);
        _node.On("eth_sendRawTransaction", _ => throw Lost, p => _node.Accept((string)p[0]!)).On("eth_getTransactionReceipt", _ => null);
        var first = sender.SendAsync(Contract, [1], default);
        for (var limit = 0; _time.NextTimer != TimeSpan.FromMilliseconds(500); limit++)
        {
            limit.ShouldBeLessThan(2_000);
            await Task.Delay(5); // until the first is to be sent again
        }

        var second = sender.SendAsync(Contract, [2], default);
        sender.Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));

        var error = await Should.ThrowAsync<TransactionException>(first.WaitAsync(TimeSpan.FromSeconds(10)));
        (error.IsPending, error.Hash is not null).ShouldBe((true, true));
        await Should.ThrowAsync<ObjectDisposedException>(second.WaitAsync(TimeSpan.FromSeconds(10)));
        _node.Sent.Count.ShouldBe(1);
    }

    [Test]
    public async Task SendAsync_ReceiptMakesNoSense_IsAskedOn()
    {
        _node.On("eth_getTransactionReceipt", _ => new JsonObject { ["blockNumber"] = null }, _ => Receipt());

        (await RunAsync()).Succeeded.ShouldBeTrue();
    }

    [Test]
    public async Task SendAsync_ReceiptsNeverHaveAStatus_SaysThatItMayCountAndWhy()
    {
        _node.On("eth_getTransactionReceipt", _ => new JsonObject { ["blockNumber"] = "0x1" });

        var error = await Should.ThrowAsync<TransactionException>(RunAsync);

        (error.IsPending, error.Hash is not null).ShouldBe((true, true));
        error.InnerException.ShouldBeOfType<FormatException>().Message.ShouldContain("status");
    }

    private async Task<TransactionReceipt> RunAsync()
    {
        using var key = PrivateKey.Create();
        using var sender = Sender(key);
        var sending = sender.SendAsync(Contract, [1, 2, 3], default);
        await _time.RunAsync(sending, TimeSpan.FromMilliseconds(500));
        return await sending;
    }

    private TransactionSender Sender(PrivateKey key)
    {
        var rpc = new JsonRpcClient(new HttpClient(_node), [new Uri("http://node")], new JsonRpcOptions(TimeSpan.FromSeconds(10), 0, _time));
        return new TransactionSender(
            new EthereumClient(rpc), key.Address, 11155111, (unsigned, _) => ValueTask.FromResult(key.SignHash(Keccak256.Hash(unsigned.Span))),
            new TransactionLimits(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), _time));
    }

    // Behind the type byte: chain, nonce, tip, fee, gas, to, value, data, access list, parity, r, s.
    private static byte[][] Fields(string raw) => [.. Rlp.ReadList(Hex.Decode(raw).AsSpan(1))];
}
