using Snet.Sdk.Discovery;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox.Faults;

namespace Snet.Sdk.Tests.Payments;

/// <summary>What a user sees when the node or the storage fails, and that nothing is signed on their word. (A node that lags has tests of its own.)</summary>
public sealed class NodeFaultTests : FaultTest
{
    private NodeFaults Node => Sandbox.Chain.Faults;

    private HttpFaults Storage => Sandbox.Storage.Faults;

    [TestCase("429")]
    [TestCase("garbage")]
    [TestCase("cut")]
    [TestCase("slow")]
    public async Task CallAsync_NodeFailsOnce_IsAskedAgain(string how)
    {
        var again = NewClientOfTheSameAccount();
        using var fault = Order(Node, how, times: 1);

        (await RunAsync(AddAsync(again))).Receipt!.AmountAfter.Cogs.ShouldBe(10);

        fault.Struck.ShouldBe(1);
    }

    [TestCase("429")]
    [TestCase("garbage")]
    [TestCase("cut")]
    [TestCase("slow")]
    public async Task CallAsync_NodeFailsForGood_SaysSoAndSignsNothing(string how)
    {
        var again = NewClientOfTheSameAccount();
        using (Order(Node, how, Fault.UntilLifted))
            (await Should.ThrowAsync<EthereumRpcException>(() => RunAsync(AddAsync(again)))).MoneyMoved.ShouldBe(MoneyMoved.No);

        (await AddAsync(again)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [TestCase(1)]
    [TestCase(20)]
    public async Task CallAsync_NodeNamesATime_IsAskedAgainThen(int seconds)
    {
        var again = NewClientOfTheSameAccount();
        using var fault = Node.RefuseNextRequest(retryAfter: TimeSpan.FromSeconds(seconds));
        var start = Time.GetTimestamp();

        await RunAsync(AddAsync(again));

        Time.GetElapsedTime(start).TotalSeconds.ShouldBeInRange(seconds, seconds + 2);
    }

    [Test]
    public async Task ListAsync_BlockIsTakenBackAndComesAgain_ChannelGoesAndComes()
    {
        var before = Sandbox.Chain.BlockNumber;
        var channels = await Calculator.Channels.ListAsync();

        Node.TakeBack();
        var meanwhile = await Calculator.Channels.ListAsync();
        Sandbox.Chain.Mine();

        meanwhile.ShouldBeEmpty();
        Sandbox.Chain.BlockNumber.ShouldBe(before);
        (await Calculator.Channels.ListAsync()).ShouldBe(channels);
        await GoesOnAsync(PaymentOutcome.Paid);
    }

    [Test]
    public async Task CallAsync_BlockOfTheChannelIsTakenBackAndWaits_NoSecondIsOpened()
    {
        var channel = (await ReceiptsAsync())[0].ChannelId;
        var again = NewClientOfTheSameAccount();
        Sandbox.Chain.AutoMine = false;
        Node.TakeBack();

        var calling = AddAsync(again);
        while (Time.NextTimer is null) // it waits for what the account has sent before
            await Task.Delay(1);
        Sandbox.Chain.AutoMine = true;

        var receipt = (await RunAsync(calling)).Receipt!;
        (receipt.ChannelId, receipt.AmountAfter.Cogs).ShouldBe((channel, 10));
        (await again.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    // The daemon goes by what it has stored. What was signed for the first channel would be good for the second, which gets its number: so it counts on.
    [Test]
    public async Task CallAsync_BlockOfTheChannelIsTakenBackForGood_ANewOneIsOpenedAndItsTotalGoesOn()
    {
        var gone = (await ReceiptsAsync())[0].ChannelId;
        Node.TakeBack(forget: true);
        Sandbox.Chain.Mine();

        (await Calculator.Channels.ListAsync()).ShouldBeEmpty();
        var again = NewClientOfTheSameAccount();
        var receipt = (await AddAsync(again)).Receipt!;

        (receipt.ChannelId, receipt.AmountAfter.Cogs).ShouldBe((gone, 10));
        (await again.Channels.ListAsync()).ShouldHaveSingleItem();
        Sandbox.Daemon.GetSignedTotal(gone).ShouldBe(10);
    }

    [Test]
    public async Task GetMetadataAsync_StorageLies_IsNotBelieved([Values(1, Fault.UntilLifted)] int times)
    {
        var again = NewClientOfTheSameAccount();
        using (var fault = Storage.ChangeNextAnswer(times))
        {
            (await Should.ThrowAsync<MetadataException>(() => RunAsync(AddAsync(again)))).MoneyMoved.ShouldBe(MoneyMoved.No);
            fault.Struck.ShouldBePositive();
        }

        (await AddAsync(again)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    [TestCase("503")]
    [TestCase("cut")]
    [TestCase("slow")]
    public async Task GetMetadataAsync_StorageFailsOnce_IsAskedAgain(string how)
    {
        using var fault = Order(Storage, how, times: 1);

        (await RunAsync(NewClientOfTheSameAccount().GetMetadataAsync())).DisplayName.ShouldNotBeEmpty();

        fault.Struck.ShouldBe(1);
    }

    [TestCase("503")]
    [TestCase("cut")]
    [TestCase("slow")]
    public async Task CallAsync_StorageFailsForGood_SaysSoAndSignsNothing(string how)
    {
        var again = NewClientOfTheSameAccount();
        using (Order(Storage, how, Fault.UntilLifted))
            (await Should.ThrowAsync<MetadataException>(() => RunAsync(AddAsync(again)))).MoneyMoved.ShouldBe(MoneyMoved.No);

        (await AddAsync(again)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
    }

    private static Fault Order(HttpFaults faults, string how, int times) => how switch
    {
        "429" => faults.RefuseNextRequest(times: times),
        "503" => faults.RefuseNextRequest(status: 503, times: times),
        "garbage" => faults.ChangeNextAnswer(times),
        "slow" => faults.DelayNextAnswer(TimeSpan.FromHours(1), times),
        _ => faults.CutNextRequest(times),
    };
}
