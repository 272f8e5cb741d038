using System.Text.Json.Nodes;
using Snet.Grpc;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Guides;

namespace Snet.Sdk.Tests.Payments;

/// <summary>The provider publishes another price after the client has read the metadata.</summary>
[Category("Sandbox")]
public sealed class PriceFaultTests
{
    private SnetSandbox _sandbox = null!;
    private ServiceClient _service = null!;

    [SetUp]
    public async Task StartAsync() => _sandbox = await SnetSandbox.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [TestCase(3)]
    [TestCase(7)]
    public async Task CallAsync_PriceWasPublishedAnew_NewOneIsPaidOnce(int price)
    {
        await using var snet = await ConnectAndPayOnceAsync(null);
        using var fault = _sandbox.Daemon.Faults.ChangePrice(price);
        await PublishAsync(price);

        (await AddAsync()).Paid.Cogs.ShouldBe(price);

        await PaidAsync(snet, 5, 0, price);
    }

    [Test]
    public async Task CallAsync_PublishedPriceIsAboveTheLimitNow_NothingIsSignedForIt()
    {
        await using var snet = await ConnectAndPayOnceAsync(new SpendingPolicy { MaxPerCall = TokenAmount.FromCogs(6) });
        using var fault = _sandbox.Daemon.Faults.ChangePrice(7);
        await PublishAsync(7);

        var error = await Should.ThrowAsync<SpendingLimitException>(AddAsync);

        (error.Allowed.Cogs, error.Price.Cogs, error.MoneyMoved).ShouldBe((6, 7, MoneyMoved.No));
        await PaidAsync(snet, 5, 0);
    }

    [Test]
    public async Task CallAsync_PriceWasAboveTheLimitForAWhile_IsPaidAgainWhenItHasFallen()
    {
        await using var snet = await ConnectAndPayOnceAsync(new SpendingPolicy { MaxPerCall = TokenAmount.FromCogs(6) });
        using (_sandbox.Daemon.Faults.ChangePrice(7))
        {
            await PublishAsync(7);
            await Should.ThrowAsync<SpendingLimitException>(AddAsync);
        }

        await PublishAsync(5);

        await PaidAsync(snet, 5, 0);
        (await AddAsync()).Paid.Cogs.ShouldBe(5);
    }

    [Test]
    public async Task PaymentHandler_PriceHasRisen_IsPaidAtTheNextTry()
    {
        await using var snet = await ConnectAndPayOnceAsync(null);
        using var channel = new GrpcChannel(_sandbox.Platform.Daemon, _service.CreatePaymentHandler());
        using var fault = _sandbox.Daemon.Faults.ChangePrice(7);
        await PublishAsync(7);

        await Should.ThrowAsync<GrpcException>(() => channel.UnaryAsync("/service.Calculator/add", default, null, CancellationToken.None));
        await channel.UnaryAsync("/service.Calculator/add", default, null, CancellationToken.None);

        await PaidAsync(snet, 5, 0, 7);
    }

    // The daemon says nothing of it: it draws more from what was paid ahead.
    [Test]
    public async Task CallAsync_PriceHasRisenWhileCallsArePaidAhead_IsReadAfterTheFirstError()
    {
        await using var snet = _sandbox.Connect(options => options.PaymentMode = PaymentMode.Prepaid);
        _service = snet.Service(_sandbox);
        (await AddAsync()).Paid.Cogs.ShouldBe(5);
        using var fault = _sandbox.Daemon.Faults.ChangePrice(12);
        await PublishAsync(12);

        await Should.ThrowAsync<ChannelStateException>(async () =>
        {
            for (var calls = 0; calls < 100; calls++)
                await AddAsync();
        });

        for (var calls = 0; calls < 20; calls++)
            (await AddAsync()).Paid.Cogs.ShouldBe(12);
    }

    [Test]
    public async Task CallAsync_DaemonWantsMoreThanIsPublishedNow_NothingIsSignedForIt()
    {
        await using var snet = await ConnectAndPayOnceAsync(null);
        using var fault = _sandbox.Daemon.Faults.ChangePrice(8);
        await PublishAsync(7);

        var error = await Should.ThrowAsync<PriceChangedException>(AddAsync);

        (error.Agreed.Cogs, error.Current.Cogs, error.MoneyMoved).ShouldBe((5, 8, MoneyMoved.No));
        await PaidAsync(snet, 5, 0);
    }

    // The daemon has not been started again since: it goes by what it read then.
    [Test]
    public async Task CallAsync_OnlyTheMetadataSaysAnotherPrice_WhatTheClientKnowsIsPaidAndANewOneSaysSo()
    {
        await using var snet = await ConnectAndPayOnceAsync(null);
        await PublishAsync(7);

        (await AddAsync()).Paid.Cogs.ShouldBe(5);
        await using var newer = _sandbox.Connect();
        await using var service = newer.Service(_sandbox);
        var error = await Should.ThrowAsync<PriceChangedException>(() => service.CallAsync("add", new JsonObject { ["a"] = 1 }));

        (error.Agreed.Cogs, error.Current.Cogs).ShouldBe((7, 5));
        await PaidAsync(snet, 5, 5);
    }

    private async Task<SnetClient> ConnectAndPayOnceAsync(SpendingPolicy? policy)
    {
        var snet = _sandbox.Connect(options => options.Spending = policy ?? options.Spending);
        _service = snet.Service(_sandbox);
        (await AddAsync()).Paid.Cogs.ShouldBe(5);
        return snet;
    }

    private Task<CallResult<JsonObject>> AddAsync() => _service.CallAsync("add", new JsonObject { ["a"] = 1 });

    private Task PublishAsync(int cogs) => _sandbox.PublishAsync(service => service["groups"]![0]!["pricing"]![0]!["price_in_cogs"] = cogs);

    private async Task PaidAsync(SnetClient snet, params int[] cogs)
    {
        var receipts = await snet.Account.ListReceiptsAsync().ToListAsync();
        receipts.Select(receipt => (int)receipt.Paid.Cogs).ShouldBe(cogs);
        _sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(cogs.Sum());
    }
}
