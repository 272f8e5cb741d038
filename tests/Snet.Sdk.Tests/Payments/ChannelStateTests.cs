using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Payments.Channels;
using Snet.Sdk.Payments.Receipts;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Guides;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Tests.Training.Datasets;

namespace Snet.Sdk.Tests.Payments;

/// <summary>Each thing that can happen to a channel has its defined end.</summary>
[Category("Sandbox")]
public sealed class ChannelStateTests : PlatformTest
{
    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [Test]
    public async Task CallAsync_TwoClaimsOnTheirWay_IsRefusedUntilTheyHaveArrived()
    {
        using var provider = new ClaimingProvider(Sandbox);
        var service = Service(Connect());
        var (channel, claims) = await StartTwoClaimsAsync(provider, service);

        var error = await Should.ThrowAsync<ChannelStateException>(() => service.CallAsync("add", Numbers));

        (error.IsTransient, error.MoneyMoved, error.ChannelId).ShouldBe((true, MoneyMoved.No, channel));
        (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        foreach (var claim in claims)
            await provider.FinishAsync(claim);
        (await PayAsync(service)).Nonce.ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_TwoClaimsOnTheirWayAndMoreChannelsAreAllowed_IsPaidFromAnother()
    {
        using var provider = new ClaimingProvider(Sandbox);
        var service = Service(Connect(options => options.Funding = new ChannelFunding { MaxChannels = 2 }));
        var (channel, _) = await StartTwoClaimsAsync(provider, service);

        (await PayAsync(service)).ChannelId.ShouldNotBe(channel);

        (await service.Channels.ListAsync()).Count.ShouldBe(2);
    }

    [Test]
    public async Task CallAsync_FateIsOpenWhenTheProcessEnds_IsSettledByTheNext([Values] bool taken)
    {
        using var data = new TemporaryFolder();
        var signer = NewSigner();
        await LoseAsync(signer, data, taken);

        var (snet, service) = Open(signer, data);
        (await PayAsync(service)).AmountAfter.Cogs.ShouldBe(taken ? 15 : 10);

        var outcomes = await snet.Account.ListReceiptsAsync().Select(receipt => receipt.Outcome).ToListAsync();
        outcomes.ShouldBe([PaymentOutcome.Paid, taken ? PaymentOutcome.Paid : PaymentOutcome.NotCharged, PaymentOutcome.Paid]);
    }

    [Test]
    public async Task CallAsync_RoundWasClaimedSince_TheContractsEventTellsTheFate([Values] bool taken)
    {
        using var data = new TemporaryFolder();
        using var provider = new ClaimingProvider(Sandbox);
        var signer = NewSigner();
        var channel = await LoseAsync(signer, data, taken);
        await provider.FinishAsync(await provider.StartAsync(channel, nonce: 0));

        var (snet, service) = Open(signer, data);
        (await PayAsync(service)).Nonce.ShouldBe(1);

        var outcomes = await snet.Account.ListReceiptsAsync().Select(receipt => receipt.Outcome).ToListAsync();
        outcomes.ShouldBe([PaymentOutcome.Paid, taken ? PaymentOutcome.Paid : PaymentOutcome.NotCharged, PaymentOutcome.Paid]);
    }

    [Test]
    public async Task CallAsync_ChannelIsUsedUpAgainAndAgain_IsFilledForTwiceAsManyEachTimeUpToTheLimit()
    {
        var snet = Connect(options => options.Funding = new ChannelFunding { CallsAhead = 2, MaxCallsAhead = 8 });
        await snet.Account.DepositAsync(TokenAmount.FromCogs(10_000));
        var service = Service(snet);
        var block = Sandbox.Chain.BlockNumber;

        for (var i = 0; i < 60; i++)
            await service.CallAsync("add", Numbers);

        (Sandbox.Chain.BlockNumber - block).ShouldBeLessThan(13); // 2 calls, 4, 8, 8 …; with 2 each time it would be thirty
        (await service.Channels.ListAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task CallAsync_ChannelWasUsedUpOverManyDays_IsFilledForAsManyAsBefore()
    {
        var signer = NewSigner();
        ChannelFunding funding = new() { CallsAhead = 2, MaxCallsAhead = 8 };
        var service = Service(Connect(options => options.Funding = funding, signer));
        await service.CallAsync("add", Numbers);
        await service.CallAsync("add", Numbers);
        Sandbox.Chain.Mine(8_000);

        await Service(Connect(options => options.Funding = funding, signer)).CallAsync("add", Numbers);

        (await service.Channels.ListAsync()).ShouldHaveSingleItem().Value.Cogs.ShouldBe(20);
    }

    [TestCase(5, 10, "paid", "not")]
    [TestCase(5, 5, "not", "not")]
    [TestCase(5, 15, "paid", "not")]
    public void Decide_TwoSignedFromTheSameTotal_OneAtMostWasTaken(long before, long total, string newest, string other)
    {
        var open = new[] { Entry(1, before, before + 5), Entry(2, before, before + 5) };

        var outcomes = PaymentFates.Decide(open, TokenAmount.FromCogs(total)).ToDictionary(decided => decided.Entry.Number, decided => decided.Outcome);

        (outcomes[2] == PaymentOutcome.Paid, outcomes[1] == PaymentOutcome.Paid).ShouldBe((newest == "paid", other == "paid"));
    }

    [Test]
    public void Decide_OneFollowsOnTheOther_BothWereTaken()
    {
        var open = new[] { Entry(1, 5, 10), Entry(2, 10, 15) };

        PaymentFates.Decide(open, TokenAmount.FromCogs(15)).ShouldAllBe(decided => decided.Outcome == PaymentOutcome.Paid);
        PaymentFates.Decide(open, TokenAmount.FromCogs(10)).Select(decided => decided.Outcome).ShouldBe([PaymentOutcome.Paid, PaymentOutcome.NotCharged]);
    }

    private static ReceiptEntry Entry(long number, long before, long after) => new(
        number, "client",
        new PaymentReceipt(default, "org", "service", "/method", null, 1, 0, TokenAmount.FromCogs(before), TokenAmount.FromCogs(after), PaymentOutcome.Unknown));

    private static async Task<PaymentReceipt> PayAsync(ServiceClient service) => (await service.CallAsync("add", Numbers)).Receipt.ShouldNotBeNull();

    private (SnetClient Snet, ServiceClient Service) Open(ISigner signer, TemporaryFolder data, HttpMessageHandler? daemon = null)
    {
        var snet = Connect(options => (options.DataDirectory, options.DaemonHttpHandler) = (data.Path, daemon), signer);
        return (snet, Service(snet));
    }

    // A process pays once, then loses an answer and ends before it could ask.
    private async Task<System.Numerics.BigInteger> LoseAsync(ISigner signer, TemporaryFolder data, bool taken)
    {
        using var giveUp = new CancellationTokenSource();
        using var line = new UploadLine();
        var (snet, service) = Open(signer, data, line);
        var channel = (await PayAsync(service)).ChannelId;
        if (!taken)
            line.OnRequest = _ => giveUp.Cancel();
        line.OnAnswer = async (_, cancellationToken) =>
        {
            while (Sandbox.Daemon.GetSignedTotal(channel) < 10)
                await Task.Delay(5, cancellationToken);
            await giveUp.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        };

        await Should.ThrowAsync<OperationCanceledException>(() => service.CallAsync("add", Numbers, cancellationToken: giveUp.Token));

        await service.DisposeAsync();
        await snet.DisposeAsync();
        return channel;
    }

    private static async Task<(System.Numerics.BigInteger Channel, List<Snet.Protocol.Escrow.PaymentReply> Claims)> StartTwoClaimsAsync(
        ClaimingProvider provider, ServiceClient service)
    {
        var channel = (await PayAsync(service)).ChannelId;
        var first = await provider.StartAsync(channel, nonce: 0);
        (await PayAsync(service)).Nonce.ShouldBe(1);
        return (channel, [first, await provider.StartAsync(channel, nonce: 1)]);
    }
}
