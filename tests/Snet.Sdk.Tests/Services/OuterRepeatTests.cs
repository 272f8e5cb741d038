using System.Net;
using Google.Protobuf;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Services;

/// <summary>A resilience handler around the payment handler sends a message again; it is never paid twice.</summary>
[Category("Sandbox")]
public sealed class OuterRepeatTests : PlatformTest
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task PaymentHandler_SameMessageAgain_IsPaidOnce(bool taken)
    {
        using var losing = new LosingHandler(taken);
        var snet = Connect();
        using var invoker = new HttpMessageInvoker(Service(snet).CreatePaymentHandler(losing));
        using var request = Request();

        await Should.ThrowAsync<HttpRequestException>(() => invoker.SendAsync(request, CancellationToken.None));
        if (taken)
        {
            var error = await Should.ThrowAsync<ServiceCallException>(() => invoker.SendAsync(request, CancellationToken.None));
            error.MoneyMoved.ShouldBe(MoneyMoved.Yes);
            error.Message.ShouldContain("was charged");
        }
        else
        {
            (await StatusAsync(await invoker.SendAsync(request, CancellationToken.None))).ShouldBe("0");
        }

        await PaidIsAsync(snet, 5);
    }

    [TestCase("options")]
    [TestCase("content")]
    public async Task PaymentHandler_CopyOfTheMessage_IsRecognized(string shared)
    {
        using var losing = new LosingHandler(taken: true);
        var snet = Connect();
        using var invoker = new HttpMessageInvoker(Service(snet).CreatePaymentHandler(losing));
        using var request = Request();
        await Should.ThrowAsync<HttpRequestException>(() => invoker.SendAsync(request, CancellationToken.None));
        using var copy = Request();
        if (shared == "content")
            copy.Content = request.Content;
        foreach (var (key, value) in shared == "options" ? request.Options : [])
            copy.Options.TryAdd(key, value);

        (await Should.ThrowAsync<ServiceCallException>(() => invoker.SendAsync(copy, CancellationToken.None))).MoneyMoved.ShouldBe(MoneyMoved.Yes);

        await PaidIsAsync(snet, 5);
    }

    [Test]
    public async Task PaymentHandler_HedgedAttemptsSideBySide_OneIsPaid()
    {
        var snet = Connect();
        using var invoker = new HttpMessageInvoker(Service(snet).CreatePaymentHandler());
        using var request = Request();
        using var hedge = Request();
        hedge.Content = request.Content;

        var attempts = new[] { request, hedge }.Select(async message =>
        {
            try
            {
                return await StatusAsync(await invoker.SendAsync(message, CancellationToken.None));
            }
            catch (ServiceCallException e)
            {
                return e.MoneyMoved.ToString();
            }
        });

        (await Task.WhenAll(attempts)).Order().ShouldBe(["0", "Yes"]);
        await PaidIsAsync(snet, 5);
    }

    [Test]
    public async Task PaymentHandler_FirstAttemptIsTakenAfterTheSecondWasRefused_IsNotPaidAThirdTime()
    {
        using var slow = Sandbox.Daemon.Faults.HoldStorage();
        var snet = Connect();
        using var invoker = new HttpMessageInvoker(Service(snet).CreatePaymentHandler());
        using var request = Request();

        var first = await invoker.SendAsync(request, CancellationToken.None);
        while (slow.Struck == 0)
            await Task.Delay(1);
        first.Dispose(); // nobody waits for its end
        (await StatusAsync(await invoker.SendAsync(request, CancellationToken.None))).ShouldBe("9"); // the channel is locked by the first
        slow.Dispose();
        while (Sandbox.Daemon.Running > 0)
            await Task.Delay(1);

        (await Should.ThrowAsync<ServiceCallException>(() => invoker.SendAsync(request, CancellationToken.None))).MoneyMoved.ShouldBe(MoneyMoved.Yes);
        await PaidIsAsync(snet, 5);
    }

    [Test]
    public async Task PaymentHandler_PrepaidMessageAgain_DrawsOnce()
    {
        using var losing = new LosingHandler(taken: true);
        var snet = Connect(options => options.PaymentMode = PaymentMode.Prepaid);
        using var invoker = new HttpMessageInvoker(Service(snet).CreatePaymentHandler(losing));
        using var request = Request();

        await Should.ThrowAsync<HttpRequestException>(() => invoker.SendAsync(request, CancellationToken.None));
        (await Should.ThrowAsync<ServiceCallException>(() => invoker.SendAsync(request, CancellationToken.None))).MoneyMoved.ShouldBe(MoneyMoved.Yes);

        (await ReceiptsAsync(snet)).Sum(receipt => (int)receipt.Drawn.Cogs).ShouldBe(5);
    }

    [Test]
    public void Sdk_TakesNoClientFromTheApplicationsFactory_SoItsDefaultsDoNotReachTheSdk() =>
        typeof(SnetClient).Assembly.GetReferencedAssemblies().ShouldNotContain(assembly => assembly.Name == "Microsoft.Extensions.Http");

    private HttpRequestMessage Request()
    {
        var bytes = new global::Service.Numbers { A = 1, B = 2 }.ToByteArray();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Platform.Daemon, "/service.Calculator/add"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, (byte)bytes.Length, .. bytes]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        return request;
    }

    private static async Task<string> StatusAsync(HttpResponseMessage response)
    {
        using (response)
        {
            await response.Content.ReadAsByteArrayAsync();
            return (response.TrailingHeaders.TryGetValues("grpc-status", out var status) ? status : response.Headers.GetValues("grpc-status")).Single();
        }
    }

    private static async Task PaidIsAsync(SnetClient snet, int cogs) => (await ReceiptsAsync(snet)).Sum(receipt => (int)receipt.Paid.Cogs).ShouldBe(cogs);

    private static async Task<List<PaymentReceipt>> ReceiptsAsync(SnetClient snet)
    {
        List<PaymentReceipt> receipts = [];
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            receipts.Add(receipt);
        return receipts;
    }

    /// <summary>Loses the first answer, or the first request.</summary>
    private sealed class LosingHandler(bool taken) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private bool _lost;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_lost)
                return await base.SendAsync(request, cancellationToken);
            _lost = true;
            if (taken)
            {
                using var response = await base.SendAsync(request, cancellationToken);
                await response.Content.ReadAsByteArrayAsync(cancellationToken);
            }

            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost.");
        }
    }
}
