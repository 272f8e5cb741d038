using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Training.Datasets;

namespace Snet.Sdk.Tests.Services;

/// <summary>Prepaid calls against the limit of a model, and of two processes at the very same moment: what they cannot know of each other, and how far that goes.</summary>
[Category("Sandbox")]
public sealed class PrepaidTwoProcessTests : PrepaidTest
{
    private PrivateKeySigner _signer = null!;
    private TemporaryFolder _data = null!;

    [SetUp]
    public void MakeAccount() => (_signer, _data) = (NewSigner(), new TemporaryFolder());

    [TearDown]
    public void ForgetAccount()
    {
        _signer.Dispose();
        _data.Dispose();
    }

    // Both sign the very same total, and the daemon takes it from whoever comes first. The other gets a token for what is planned already.
    [Test]
    public async Task CallAsync_BothPlanFromTheSameTotalAtOnce_OnePlanIsChargedAndReceiptsSayOneMoreAtMost()
    {
        const int Plan = 4 * 5;
        using var meeting = new Meeting(GetToken, 2);
        var first = ConnectPrepaid(4, options => options.DaemonHttpHandler = meeting.NewHandler(), _signer);
        var second = ConnectPrepaid(4, options => options.DaemonHttpHandler = meeting.NewHandler(), _signer);
        await Service(first).Channels.DepositAndOpenAsync(TokenAmount.FromCogs(500));

        await Task.WhenAll(CallAsync(Service(first), 1), CallAsync(Service(second), 1));

        var channel = (await Service(first).Channels.ListAsync()).ShouldHaveSingleItem().Id;
        Sandbox.Daemon.GetSignedTotal(channel).ShouldBe(Plan);
        (await PaidAsync(first, second)).ShouldBe(2 * Plan); // never less than what was charged
        await CallAsync(Service(first), 2);
        await CallAsync(Service(second), 2); // the plan has four calls; this goes beyond them
        (await PaidAsync(first, second) - (int)Sandbox.Daemon.GetSignedTotal(channel)).ShouldBe(Plan);
    }

    [Test]
    public async Task CallAsync_BothPlanFromTheSameTotalAtOnceWithinALimit_BothCountAgainstIt()
    {
        using var meeting = new Meeting(GetToken, 2);
        SnetClient[] clients = [NewLimited(meeting), NewLimited(meeting)];
        await Service(clients[0]).Channels.DepositAndOpenAsync(TokenAmount.FromCogs(500));

        await Task.WhenAll(clients.Select(client => CallAsync(Service(client), 1)));

        foreach (var client in clients)
            (await Should.ThrowAsync<SnetException>(() => CallAsync(Service(client), 10))).MoneyMoved.ShouldBe(MoneyMoved.No); // 40 are used up by what both say

        var receipts = await ReceiptsAsync(clients[0]); // one directory: those of both
        receipts.Sum(receipt => (int)receipt.Paid.Cogs).ShouldBe(40);
        Sandbox.Daemon.GetSignedTotal(receipts[0].ChannelId).ShouldBeLessThanOrEqualTo(40);

        SnetClient NewLimited(Meeting at) => ConnectPrepaid(
            4,
            options => (options.DaemonHttpHandler, options.DataDirectory, options.Spending) = (at.NewHandler(), _data.Path, new SpendingPolicy { MaxTotal = TokenAmount.FromCogs(40) }),
            _signer);
    }

    [Test]
    public async Task CallAsync_ManyForOneModelAtOnce_DrawNoMoreThanTheModelsLimit()
    {
        var snet = ConnectPrepaid(20, options => options.Spending = new SpendingPolicy { MaxPerModel = TokenAmount.FromCogs(17) });
        var service = Service(snet);
        var model = (await service.Training.CreateModelAsync("stt", "x")).Id;

        var calls = Enumerable.Range(0, 10).Select(_ => SayAsync(service, model)).ToList();

        (await OutcomesAsync(calls)).ShouldBe((3, 7)); // 15 of 17 cogs
        await CallAsync(service, 5); // calls that name no model are none of its business
        await Should.ThrowAsync<SpendingLimitException>(() => SayAsync(service, model));
        (await ReceiptsAsync(snet)).Where(receipt => receipt.ModelId == model).Sum(receipt => (int)receipt.Drawn.Cogs).ShouldBe(15);
    }

    // A draw is written down when its call is over, since nothing is signed for it. So one process does not see what another has under way at that moment.
    [Test]
    public async Task CallAsync_TwoProcessesDrawForOneModelAtOnce_TheLimitIsPassedByWhatTheOtherHasUnderWayAtMost()
    {
        using var meeting = new Meeting("/service.", 6);
        SnetClient[] clients = [NewLimited(), NewLimited()];
        var services = clients.Select(Service).ToList();
        var model = (await services[0].Training.CreateModelAsync("stt", "x")).Id;

        var calls = services.SelectMany(service => Enumerable.Range(0, 5).Select(_ => SayAsync(service, model))).ToList();

        (await OutcomesAsync(calls)).ShouldBe((6, 4)); // three each, held until all six are under way
        foreach (var service in services)
            await Should.ThrowAsync<SpendingLimitException>(() => SayAsync(service, model)); // from here on both see everything
        (await ReceiptsAsync(clients[0])).Where(receipt => receipt.ModelId == model).Sum(receipt => (int)receipt.Drawn.Cogs).ShouldBe(30);

        SnetClient NewLimited() => ConnectPrepaid(
            20,
            options => (options.DaemonHttpHandler, options.DataDirectory, options.Spending) = (meeting.NewHandler(), _data.Path, new SpendingPolicy { MaxPerModel = TokenAmount.FromCogs(17) }),
            _signer);
    }

    private static async Task SayAsync(ServiceClient service, string model) =>
        (await service.CallAsync("stt", new JsonObject { ["speech"] = "" }, new ServiceCallOptions { ModelId = model })).Paid.Cogs.ShouldBe(5);

    private static async Task<(int Done, int Refused)> OutcomesAsync(IReadOnlyCollection<Task> calls)
    {
        await Task.WhenAll(calls).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (calls.Count(call => call.IsCompletedSuccessfully), calls.Count(call => call.Exception?.InnerException is SpendingLimitException));
    }

    private static async Task<int> PaidAsync(params SnetClient[] clients)
    {
        var sum = 0;
        foreach (var client in clients)
            sum += (await ReceiptsAsync(client)).Sum(receipt => (int)receipt.Paid.Cogs);
        return sum;
    }

    /// <summary>Lets the first requests of some path go on when so many have come, from whichever client.</summary>
    private sealed class Meeting(string path, int count) : IDisposable
    {
        private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<Handler> _handlers = [];
        private int _count;

        public HttpMessageHandler NewHandler()
        {
            var handler = new Handler(this);
            _handlers.Add(handler);
            return handler;
        }

        public void Dispose() => _handlers.ForEach(handler => handler.Dispose());

        private sealed class Handler(Meeting meeting) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (request.RequestUri!.AbsolutePath.StartsWith(meeting.Path, StringComparison.Ordinal))
                {
                    if (Interlocked.Increment(ref meeting._count) >= meeting.Needed)
                        meeting._met.TrySetResult();
                    await meeting._met.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellationToken);
                }

                return await base.SendAsync(request, cancellationToken);
            }
        }

        private string Path => path;

        private int Needed => count;
    }
}
