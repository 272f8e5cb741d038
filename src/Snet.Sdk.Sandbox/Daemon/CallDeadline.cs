using Snet.Grpc;
using Snet.Sdk.Sandbox.Hosting;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>The end of a call from outside: its client gave up, or its time is over (protocol e.4, i.3).</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenSource? _timer;
    private readonly GrpcServerCall _call;

    /// <param name="call">The client's call; its own time limit counts first.</param>
    /// <param name="missing">The limit of a call whose client set none; null for no limit.</param>
    /// <param name="time">The clock.</param>
    public CallDeadline(GrpcServerCall call, TimeSpan? missing, TimeProvider time)
    {
        _call = call;
        if ((call.Timeout ?? missing) is { } limit)
            _timer = new CancellationTokenSource(limit, time);
        _source = _timer is null
            ? CancellationTokenSource.CreateLinkedTokenSource(call.Aborted)
            : CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, _timer.Token);
    }

    /// <summary>Cancelled when the call ends from outside.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Runs the work of the call.</summary>
    /// <exception cref="GrpcException">The time was over before the work was (4), or the work itself failed.</exception>
    /// <exception cref="OperationCanceledException">The client gave up.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_timer is { IsCancellationRequested: true } && !_call.Aborted.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatus.DeadlineExceeded, "context deadline exceeded");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _timer?.Dispose();
    }
}
