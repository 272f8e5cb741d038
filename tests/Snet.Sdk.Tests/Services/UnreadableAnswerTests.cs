using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;

namespace Snet.Sdk.Tests.Services;

/// <summary>A daemon or a service that answers with what is no message: the error is the SDK's own, and says what became of the money.</summary>
[Category("Sandbox")]
public sealed class UnreadableAnswerTests() : PlatformTest(SandboxDaemonVersion.V6_0) // which gives free calls
{
    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    [TestCase("GetFreeCallToken")]
    [TestCase("GetFreeCallsAvailable")]
    public async Task CallAsync_FreeCallCannotBeAskedFor_PaysAndSaysWhy(string question)
    {
        using var daemon = new Scrambler(question);
        var service = Service(Connect(options => (options.PaymentMode, options.DaemonHttpHandler, options.MaxRetries) = (PaymentMode.Automatic, daemon, 0)));

        var result = await service.CallAsync("add", Numbers);

        (result.Receipt!.Mode, result.Paid.Cogs).ShouldBe((PaymentMode.Escrow, 5));
        result.Receipt.Note!.ShouldContain("the answer cannot be read");
    }

    [Test]
    public async Task CallAsync_ChannelStateCannotBeRead_NothingIsSigned()
    {
        using var daemon = new Scrambler("GetChannelState");
        var signer = NewSigner();
        await Service(Connect(signer: signer)).CallAsync("add", Numbers);
        var snet = Connect(options => (options.DaemonHttpHandler, options.MaxRetries) = (daemon, 0), signer);

        (await Should.ThrowAsync<ServiceUnavailableException>(() => Service(snet).CallAsync("add", Numbers))).MoneyMoved.ShouldBe(MoneyMoved.No);

        (await snet.Account.ListReceiptsAsync().ToListAsync()).ShouldBeEmpty();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task CallAsync_AnswerCannotBeRead_SaysThatItWasChargedAndTheNextCallGoesOn(bool json)
    {
        using var daemon = new Scrambler("add");
        var service = Service(Connect(options => options.DaemonHttpHandler = daemon));

        var error = await Should.ThrowAsync<ServiceCallException>(() => json
            ? service.CallAsync("add", Numbers)
            : service.CallAsync<Empty, StringValue>("add", new Empty()));

        (error.MoneyMoved, error.Origin, error.IsTransient).ShouldBe((MoneyMoved.Yes, CallOrigin.Service, false));
        daemon.IsOn = false;
        (await service.CallAsync("add", Numbers)).Receipt!.AmountAfter.Cogs.ShouldBe(10);
        (await service.Client.Account.ListReceiptsAsync().ToListAsync()).ShouldAllBe(receipt => receipt.Outcome == PaymentOutcome.Paid);
    }

    [Test]
    public async Task CallAsync_TokenOfAPlanCannotBeRead_ThePlanIsNotPaidTwice()
    {
        using var daemon = new Scrambler("GetToken");
        var snet = Connect(options =>
        {
            (options.PaymentMode, options.DaemonHttpHandler, options.MaxRetries) = (PaymentMode.Prepaid, daemon, 0);
            options.Funding = new ChannelFunding { CallsAhead = 3 };
        });
        var service = Service(snet);

        await Should.ThrowAsync<SnetException>(() => service.CallAsync("add", Numbers));
        daemon.IsOn = false;
        for (var i = 0; i < 3; i++)
            await service.CallAsync("add", Numbers);

        var channel = (await service.Channels.ListAsync()).ShouldHaveSingleItem();
        Sandbox.Daemon.GetSignedTotal(channel.Id).ShouldBe(15);
        (await snet.Account.ListReceiptsAsync().ToListAsync()).Sum(receipt => (int)receipt.Paid.Cogs).ShouldBe(15);
    }

    [Test]
    public async Task TrainModelAsync_AnswerCannotBeRead_TheDaemonTellsThatItWasCharged()
    {
        using var daemon = new Scrambler("train_model");
        var training = Service(Connect(options => options.DaemonHttpHandler = daemon)).Training;
        var link = new Uri("https://data.example/x.zip");
        var model = await training.CreateModelAsync("stt", "x");
        await training.ValidateModelAsync(model.Id, link, await training.ValidateModelPriceAsync(model.Id, link));
        await training.WaitForStatusAsync(model.Id, ModelStatus.Validated, new WaitOptions { PollInterval = TimeSpan.FromMilliseconds(20) });

        var price = await training.TrainModelPriceAsync(model.Id);
        var error = await Should.ThrowAsync<ServiceCallException>(() => training.TrainModelAsync(model.Id, price));

        error.MoneyMoved.ShouldBe(MoneyMoved.Yes);
    }

    /// <summary>Puts bytes that are no message in the place of the answers of one method, whose end and status stay.</summary>
    private sealed class Scrambler(string method) : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsOn { get; set; } = true;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!IsOn || !request.RequestUri!.AbsolutePath.EndsWith("/" + method, StringComparison.Ordinal))
                return response;
            await response.Content.ReadAsByteArrayAsync(cancellationToken); // the trailers come behind it
            response.Content = new ByteArrayContent([0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff]);
            response.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
            return response;
        }
    }
}
