using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Guides;

/// <summary>What somebody can do with a signature that he sees, as docs/payments.md tells it.</summary>
[Category("Sandbox")]
public sealed class PaymentSafetyTests : PlatformTest
{
    [Test]
    public async Task CallAsync_SignatureOfARefusedCallIsSpentBySomebody_OnePriceIsLostAndTheNextCallGoesOn()
    {
        using var copying = new CopyingHandler();
        var snet = Connect(options => options.DaemonHttpHandler = copying);
        var service = Service(snet);
        await service.CallAsync("add", new JsonObject { ["a"] = 1 });
        await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("fail", new JsonObject { ["a"] = 3 }));

        var first = await copying.SendLastAgainAsync("/service.Calculator/add");
        var second = await copying.SendLastAgainAsync("/service.Calculator/add");
        var next = await service.CallAsync("add", new JsonObject { ["a"] = 1 });

        (first, second).ShouldBe(("0", "16")); // good once: the total has moved on
        (next.Receipt!.AmountBefore.Cogs, next.Receipt.AmountAfter.Cogs).ShouldBe((10, 15));
    }

    [Test]
    public async Task CallAsync_AnswerIsLost_TheDaemonIsAskedBeforeAnythingMoreIsSigned()
    {
        using var cutting = new CuttingHandler();
        var snet = Connect(options => options.DaemonHttpHandler = cutting);
        var service = Service(snet);
        await service.CallAsync("add", new JsonObject { ["a"] = 1 });

        cutting.CutNextAnswer = true;
        var error = await Should.ThrowAsync<ServiceCallException>(() => service.CallAsync("add", new JsonObject { ["a"] = 1 }));
        var next = await service.CallAsync("add", new JsonObject { ["a"] = 1 });

        (error.MoneyMoved, error.Origin, error.IsTransient).ShouldBe((MoneyMoved.Yes, CallOrigin.Transport, true));
        next.Receipt!.AmountAfter.Cogs.ShouldBe(15);
        List<PaymentOutcome> outcomes = [];
        await foreach (var receipt in snet.Account.ListReceiptsAsync())
            outcomes.Add(receipt.Outcome);
        outcomes.ShouldBe([PaymentOutcome.Paid, PaymentOutcome.Paid, PaymentOutcome.Paid]);
    }

    [Test]
    public async Task CallAsync_TwoProcessesOfOneAccountTakeTurns_EachGoesOnFromTheOthersTotal()
    {
        var signer = NewSigner();
        using var logs = new CollectingLogs();
        ServiceClient[] both = [Service(Connect(signer: signer)), Service(Connect(options => options.LoggerFactory = logs, signer))];

        List<System.Numerics.BigInteger> totals = [];
        for (var i = 0; i < 6; i++)
            totals.Add((await both[i % 2].CallAsync("add", new JsonObject { ["a"] = i })).Receipt!.AmountAfter.Cogs);

        totals.ShouldBe([5, 10, 15, 20, 25, 30]);
        (await both[0].Channels.ListAsync()).Count.ShouldBe(1);
        logs.Lines.ShouldContain(line => line.StartsWith("2032 ", StringComparison.Ordinal), "ChannelUsedElsewhere tells of the other process");
    }

    [Test]
    public async Task CallAsync_TwoProcessesOfOneAccountAtOnce_WhatIsRefusedIsNotChargedAndMayBeTriedAgain()
    {
        var signer = NewSigner();
        SnetClient[] clients = [Connect(signer: signer), Connect(signer: signer)];
        ServiceClient[] both = [Service(clients[0]), Service(clients[1])];
        foreach (var service in both)
            await service.CallAsync("add", new JsonObject { ["a"] = 1 });

        var refusals = (await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            try
            {
                await both[i % 2].CallAsync("add", new JsonObject { ["a"] = i });
                return null;
            }
            catch (PaymentRejectedException e)
            {
                return e;
            }
        }))).OfType<PaymentRejectedException>().ToList();
        var last = await both[0].CallAsync("add", new JsonObject { ["a"] = 1 });

        refusals.ShouldAllBe(e => e.MoneyMoved == MoneyMoved.No && e.IsTransient);
        var paid = TokenAmount.Zero;
        foreach (var client in clients)
            paid = await client.Account.ListReceiptsAsync().Select(receipt => receipt.Paid).AggregateAsync(paid, (sum, amount) => sum + amount);
        (paid, paid.Cogs).ShouldBe((last.Receipt!.AmountAfter, 5 * (13 - refusals.Count)));
    }

    /// <summary>Keeps what a service behind the daemon sees, and uses it.</summary>
    private sealed class CopyingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly ConcurrentQueue<(Uri Address, KeyValuePair<string, string>[] Headers)> _seen = new();

        public async Task<string> SendLastAgainAsync(string path)
        {
            var (address, headers) = _seen.Last(call => call.Headers.Any(header => header.Key.StartsWith("snet-payment", StringComparison.OrdinalIgnoreCase)));
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
            {
                Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(new byte[5]),
            };
            request.Content.Headers.ContentType = new("application/grpc");
            foreach (var (name, value) in headers.Where(header => header.Key.StartsWith("snet-", StringComparison.OrdinalIgnoreCase) || header.Key == "TE"))
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await base.SendAsync(request, CancellationToken.None);
            await response.Content.ReadAsByteArrayAsync();
            return (response.TrailingHeaders.TryGetValues("grpc-status", out var status) ? status : response.Headers.GetValues("grpc-status")).Single();
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _seen.Enqueue((request.RequestUri!, [.. request.Headers.Select(header => KeyValuePair.Create(header.Key, string.Join(",", header.Value)))]));
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Lets a paid call through and loses its answer.</summary>
    private sealed class CuttingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool CutNextAnswer { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!CutNextAnswer)
                return response;
            CutNextAnswer = false;
            await response.Content.ReadAsByteArrayAsync(cancellationToken); // the daemon has done all of it
            response.Dispose();
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost.");
        }
    }
}
