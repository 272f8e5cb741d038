using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Snet.Sdk.Hosting;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;
using Snet.Sdk.Training;
using Snet.Tests;

namespace Snet.Sdk.Tests.Hosting;

/// <summary>An application that gives all clients of its IHttpClientFactory a standard resilience handler: attempts of 10 s, POST repeated.</summary>
[Category("Sandbox")]
[NonParallelizable] // requests are counted for the process
public sealed class HostWideDefaultsTests : PlatformTest
{
    private const string Client = "grpc";

    private readonly ManualTime _time = new();
    private readonly StandardResilience.Attempts _attempts = new();

    private static JsonObject Numbers => new() { ["a"] = 1, ["b"] = 2 };

    /// <summary>What happens to the first attempt to send a message.</summary>
    public enum Mishap
    {
        /// <summary>The daemon has charged it; its answer does not come within the attempt's time.</summary>
        AnswerIsSlow,

        /// <summary>The daemon has charged it; the connection breaks before the answer.</summary>
        AnswerIsLost,

        /// <summary>It does not reach the daemon within the attempt's time.</summary>
        RequestIsSlow,

        /// <summary>It does not reach the daemon.</summary>
        RequestIsLost,

        /// <summary>Something in front of the daemon answers that it is down.</summary>
        Unavailable,
    }

    [Test]
    [Category("Upload")]
    public async Task AddSnetClient_UnderHostWideDefaults_SendsTheSameRequestsAndNoneOfThemPassesTheDefaultHandler()
    {
        var without = await CountRequestsAsync(isDefault: false);
        var with = await CountRequestsAsync(isDefault: true);

        with.ShouldBe(without);
        with.Count.ShouldBeGreaterThan(5);
        _attempts.Count.ShouldBe(0);
    }

    [Test]
    [Category("Upload")]
    public async Task UploadAndValidateAsync_UnderHostWideDefaults_IsNotCutHoweverLongItTakes()
    {
        const int Parts = 5;
        await using var host = NewHost(isDefault: true);
        var snet = host.GetRequiredService<SnetClient>();
        var service = Own(snet.GetServiceClient(Platform.OrgId, Platform.ServiceId));
        var model = (await service.Training.CreateModelAsync("stt", "x")).Id;
        var dataset = new PacedDataset(Parts, (_, _) =>
        {
            _time.Advance(TimeSpan.FromSeconds(20)); // an attempt is over, and soon all of them
            return Task.CompletedTask;
        });
        dataset.CallBackAtOnce(); // it stands in no line to the daemon: the SDK's own connection is used

        await service.Training.UploadAndValidateAsync(model, dataset.Source, TokenAmount.FromCogs(7), new UploadOptions { PartSize = PacedDataset.PartSize });

        Sandbox.Provider.Describe(model)!["uploads"]!.AsArray().Count.ShouldBe(1);
        (await ReceiptsAsync(snet)).ShouldHaveSingleItem().Paid.Cogs.ShouldBe(7);
        _attempts.Count.ShouldBe(0);
    }

    [Test]
    public async Task PaymentHandler_FirstAttemptFails_IsNeverPaidTwice([Values] Mishap mishap)
    {
        using var line = new MishapHandler(mishap, strikes: 1);
        var (host, snet) = await NewGrpcHostAsync(line);
        await using var owned = host;
        using var client = host.GetRequiredService<IHttpClientFactory>().CreateClient(Client);
        using var request = Request();

        var sending = SendAsync(client, request, line);

        if (mishap is Mishap.AnswerIsSlow or Mishap.AnswerIsLost)
            (await Should.ThrowAsync<ServiceCallException>(sending)).MoneyMoved.ShouldBe(MoneyMoved.Yes);
        else
            (await sending).ShouldBe("0");
        _attempts.Count.ShouldBe(2);
        await PaidIsAsync(snet, 5);
    }

    [Test]
    public async Task PaymentHandler_EveryAttemptFails_IsPaidAtMostOnce([Values] Mishap mishap)
    {
        using var line = new MishapHandler(mishap, int.MaxValue);
        var (host, snet) = await NewGrpcHostAsync(line);
        await using var owned = host;
        using var client = host.GetRequiredService<IHttpClientFactory>().CreateClient(Client);
        using var request = Request();

        var outcome = await OutcomeAsync(SendAsync(client, request, line));

        var isCharged = mishap is Mishap.AnswerIsSlow or Mishap.AnswerIsLost;
        _attempts.Count.ShouldBe(isCharged ? 2 : mishap == Mishap.RequestIsSlow ? 3 : 4);
        outcome.ShouldNotBe("0");
        line.Strikes = 0;
        using var next = Request();
        (await SendAsync(client, next, line)).ShouldBe("0");
        await PaidIsAsync(snet, isCharged ? 10 : 5);
    }

    [Test]
    public async Task DefaultHandler_IsTheOneThatRepeats()
    {
        await using var host = NewHost(isDefault: true);
        using var client = host.GetRequiredService<IHttpClientFactory>().CreateClient();

        var sending = client.PostAsync(new Uri("http://127.0.0.1:1/"), null);
        await _time.RunAsync(Should.ThrowAsync<HttpRequestException>(sending), TimeSpan.FromMilliseconds(100));

        _attempts.Count.ShouldBe(4);
    }

    [SetUp]
    public void CountFromZero() => _attempts.Reset();

    private ServiceProvider NewHost(bool isDefault, Action<IServiceCollection>? add = null)
    {
        var services = new ServiceCollection();
        if (isDefault)
            services.ConfigureHttpClientDefaults(clients => clients.AddHttpMessageHandler(() => new StandardResilience(_time, _attempts)));
        services.AddSnetClient(options =>
        {
            var platform = SnetClientOptions.FromPlatform(Platform);
            (options.Network, options.RpcEndpoints, options.IpfsEndpoint, options.Signer, options.PaymentMode) =
                (platform.Network, platform.RpcEndpoints, platform.IpfsEndpoint, NewSigner(), PaymentMode.Escrow);
        });
        add?.Invoke(services);
        return services.BuildServiceProvider();
    }

    // The payment handler is the innermost of a client that has the defaults around it.
    private async Task<(ServiceProvider Host, SnetClient Client)> NewGrpcHostAsync(HttpMessageHandler line)
    {
        var host = NewHost(isDefault: true, services => services.AddHttpClient(Client).ConfigurePrimaryHttpMessageHandler(provider =>
            Own(provider.GetRequiredService<SnetClient>().GetServiceClient(Platform.OrgId, Platform.ServiceId)).CreatePaymentHandler(line)));
        var snet = host.GetRequiredService<SnetClient>();
        var service = Own(snet.GetServiceClient(Platform.OrgId, Platform.ServiceId));
        await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(100));
        return (host, snet);
    }

    private async Task<IReadOnlyList<string>> CountRequestsAsync(bool isDefault)
    {
        using var count = new RequestCount(Platform.Daemon, Platform.Rpc, Platform.Ipfs);
        await using (var host = NewHost(isDefault))
        {
            var snet = host.GetRequiredService<SnetClient>();
            await using var service = snet.GetServiceClient(Platform.OrgId, Platform.ServiceId);
            await service.Channels.DepositAndOpenAsync(TokenAmount.FromCogs(100));
            for (var i = 0; i < 3; i++)
                await service.CallAsync("add", Numbers);
            var model = (await service.Training.CreateModelAsync("stt", "x")).Id;
            await service.Training.UploadAndValidateAsync(model, new PacedDataset(2, (_, _) => Task.CompletedTask).Source, TokenAmount.FromCogs(7));
        }

        return count.ByPath;
    }

    // The clock moves when the line holds the attempt, and while the handler pauses between two.
    private async Task<string> SendAsync(HttpClient client, HttpRequestMessage request, MishapHandler line)
    {
        var sending = client.SendAsync(request);
        for (var limit = 0; !sending.IsCompleted; limit++)
        {
            limit.ShouldBeLessThan(4_000);
            if (line.IsHolding || _attempts.Count == line.Ended)
                _time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(sending, Task.Delay(5));
        }

        using var response = await sending;
        return (response.TrailingHeaders.TryGetValues("grpc-status", out var status) || response.Headers.TryGetValues("grpc-status", out status)) ? status.Single() : $"HTTP {(int)response.StatusCode}";
    }

    private static async Task<string> OutcomeAsync(Task<string> sending)
    {
        try
        {
            return await sending;
        }
        catch (Exception e) when (e is not ShouldAssertException)
        {
            return e.GetType().Name;
        }
    }

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

    // The daemon's total is the judge; the receipts say the same.
    private async Task PaidIsAsync(SnetClient snet, int cogs)
    {
        var receipts = await ReceiptsAsync(snet);
        Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBe(cogs);
        receipts.Sum(receipt => (int)receipt.Paid.Cogs).ShouldBe(cogs);
    }

    private static async Task<List<PaymentReceipt>> ReceiptsAsync(SnetClient snet) => await snet.Account.ListReceiptsAsync().ToListAsync();

    /// <summary>The line to the daemon, on which the first attempts meet with a mishap.</summary>
    private sealed class MishapHandler(Mishap mishap, int strikes) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        private int _ended;

        public int Strikes { get; set; } = strikes;

        public bool IsHolding { get; private set; }

        /// <summary>How many attempts have come back from here.</summary>
        public int Ended => Volatile.Read(ref _ended);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                if (Strikes-- <= 0)
                    return await base.SendAsync(request, cancellationToken);
                if (mishap is Mishap.AnswerIsSlow or Mishap.AnswerIsLost)
                {
                    using var response = await base.SendAsync(request, cancellationToken);
                    await response.Content.ReadAsByteArrayAsync(cancellationToken);
                }

                if (mishap == Mishap.Unavailable)
                    return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
                if (mishap is Mishap.AnswerIsSlow or Mishap.RequestIsSlow)
                {
                    IsHolding = true;
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost.");
            }
            finally
            {
                IsHolding = false;
                Interlocked.Increment(ref _ended);
            }
        }
    }
}
