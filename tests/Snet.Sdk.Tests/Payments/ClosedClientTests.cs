using System.Text.Json.Nodes;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;
using Snet.Sdk.Tests.Support;

namespace Snet.Sdk.Tests.Payments;

/// <summary>A client is closed while some wait for their turn: nobody waits on for ever, and what was sent is told.</summary>
[Category("Sandbox")]
public sealed class ClosedClientTests : PlatformTest
{
    private static readonly TokenAmount Amount = TokenAmount.FromCogs(50);

    [Test]
    public async Task DepositAsync_ClientIsClosedWhileAnotherWaits_BothEnd() =>
        await BothEndAsync(service => service.Client.Account.DepositAsync(Amount));

    [Test]
    public async Task DepositAndOpenAsync_ClientIsClosedWhileAnotherWaits_BothEnd() =>
        await BothEndAsync(service => service.Channels.DepositAndOpenAsync(Amount));

    [Test]
    public async Task CallAsync_ClientIsClosedDuringTheSearchForChannels_AllEnd()
    {
        using var node = new SearchHoldingHandler();
        var service = Service(Connect(options => options.NodeHttpHandler = node));
        await service.GetMetadataAsync();
        var calls = Enumerable.Range(0, 2).Select(_ => service.CallAsync("add", new JsonObject { ["a"] = 1, ["b"] = 2 })).ToList();
        await node.Searching.WaitAsync(TimeSpan.FromSeconds(10));

        await service.Client.DisposeAsync();

        foreach (var call in calls)
            await EndsAsync(call);
    }

    // The first has sent a transaction and waits for its block, the second waits for the first.
    private async Task BothEndAsync(Func<ServiceClient, Task> actAsync)
    {
        var service = Service(Connect());
        await service.GetMetadataAsync();
        Sandbox.Chain.AutoMine = false;
        try
        {
            var first = actAsync(service);
            await Sandbox.Chain.PendingAsync(service.Client.Options.Signer!.Address);
            var second = actAsync(service);
            await Task.Delay(100); // time to come to where it waits

            await service.Client.DisposeAsync();

            (await Should.ThrowAsync<TransactionFailedException>(first.WaitAsync(TimeSpan.FromSeconds(10)))).TransactionHash.ShouldNotBeNull();
            await EndsAsync(second);
        }
        finally
        {
            Sandbox.Chain.AutoMine = true;
        }
    }

    private static async Task EndsAsync(Task task) => (await Should.ThrowAsync<Exception>(task.WaitAsync(TimeSpan.FromSeconds(10)))).ShouldNotBeOfType<TimeoutException>();

    private sealed class SearchHoldingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly TaskCompletionSource _searching = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Searching => _searching.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if ((await request.Content!.ReadAsStringAsync(cancellationToken)).Contains("eth_getLogs", StringComparison.Ordinal))
            {
                _searching.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
