using System.Collections.Concurrent;

namespace Snet.Sdk.Tests.Support;

/// <summary>Holds requests to a daemon back until a test lets them go, and keeps what was asked. Set it as <see cref="SnetClientOptions.DaemonHttpHandler"/>.</summary>
internal sealed class HoldingHandler() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
{
    private readonly ConcurrentQueue<(string Path, string? Channel, string? Amount)> _requests = new();
    private volatile TaskCompletionSource? _gate;
    private int _held;

    /// <summary>Paid requests in the order in which they came: path, channel and total.</summary>
    public IReadOnlyList<(string Path, string? Channel, string? Amount)> Paid => [.. _requests.Where(request => request.Amount is not null)];

    public IReadOnlyList<string> Paths => [.. _requests.Select(request => request.Path)];

    /// <summary>Holds requests that carry a payment, or that of a free call, from now on.</summary>
    public void Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets them go.</summary>
    public void LetGo()
    {
        var gate = _gate;
        _gate = null;
        gate?.TrySetResult();
    }

    public void Clear() => _requests.Clear();

    /// <summary>Waits until so many are held.</summary>
    public async Task HeldAsync(int count)
    {
        for (var limit = 0; Volatile.Read(ref _held) < count; limit++)
        {
            limit.ShouldBeLessThan(2_000, $"{_held} of {count} requests have come");
            await Task.Delay(5);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var amount = Header(request, "snet-payment-channel-amount");
        _requests.Enqueue((request.RequestUri!.AbsolutePath, Header(request, "snet-payment-channel-id"), amount));
        if (Header(request, "snet-payment-type") is not null && _gate is { } gate)
        {
            Interlocked.Increment(ref _held);
            try
            {
                await gate.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _held);
            }
        }

        return await base.SendAsync(request, cancellationToken);
    }

    private static string? Header(HttpRequestMessage request, string name) => request.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
