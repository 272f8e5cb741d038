namespace Snet.Sdk.PeerTests.Pipeline;

/// <summary>Holds the first transaction back until it is told to let it go.</summary>
internal sealed class SendGate() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public void Open() => _open.SetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if ((await request.Content!.ReadAsStringAsync(cancellationToken)).Contains("eth_sendRawTransaction", StringComparison.Ordinal))
        {
            _reached.TrySetResult();
            await _open.Task.WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
