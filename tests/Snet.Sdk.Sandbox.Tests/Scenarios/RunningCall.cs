using System.Numerics;
using Snet.Grpc;

namespace Snet.Sdk.Sandbox.Scenarios;

/// <summary>What a call is to do.</summary>
/// <param name="Method">The path.</param>
/// <param name="Headers">The request headers.</param>
/// <param name="Messages">The request messages.</param>
/// <param name="Deadline">The time limit; null for none.</param>
/// <param name="Pause">Waited between two messages, by the platform's clock.</param>
/// <param name="BlocksBetween">Mined between two messages.</param>
/// <param name="Hold">Whether the client's side stays open until it is told to end.</param>
internal sealed record CallPlan(
    string Method, GrpcMetadata Headers, IReadOnlyList<byte[]> Messages, TimeSpan? Deadline, TimeSpan Pause, BigInteger BlocksBetween, bool Hold);

/// <summary>How a call ended.</summary>
/// <param name="Code">The status.</param>
/// <param name="Text">The status message.</param>
/// <param name="Messages">The messages that came.</param>
/// <param name="Headers">The response headers.</param>
/// <param name="Trailers">The response trailers.</param>
internal sealed record CallOutcome(int Code, string Text, IReadOnlyList<byte[]> Messages, GrpcMetadata Headers, GrpcMetadata Trailers);

/// <summary>A call of the daemon that goes on by itself.</summary>
internal sealed class RunningCall : IDisposable
{
    // What was sent last has reached the daemon by then; real time, for the platform's clock stands still.
    private static readonly TimeSpan Arrival = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _cancelled = new();
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScenarioPlatform _platform;
    private readonly CallPlan _plan;

    /// <summary>Starts it.</summary>
    public RunningCall(ScenarioPlatform platform, CallPlan plan)
    {
        (_platform, _plan) = (platform, plan);
        if (!plan.Hold)
            _released.SetResult();
        Outcome = RunAsync();
    }

    /// <summary>Completes when the call has ended, however it did.</summary>
    public Task<CallOutcome> Outcome { get; }

    /// <summary>Waits until the daemon is at work on it.</summary>
    public Task ArriveAsync() => Task.WhenAny(Outcome, Task.Delay(Arrival));

    /// <summary>Ends the client's side.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Cancels it, as a client does.</summary>
    public void Cancel() => _cancelled.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancelled.Cancel();
        _cancelled.Dispose();
        _over.Dispose();
    }

    private async Task<CallOutcome> RunAsync()
    {
        var options = new GrpcCallOptions { Headers = _plan.Headers, Timeout = _plan.Deadline };
        await using var call = _platform.Channel.StartCall(_plan.Method, options, _cancelled.Token);
        var writing = WriteAsync(call);
        var messages = new List<byte[]>();
        try
        {
            while (await call.ReadAsync() is { } message)
                messages.Add(message.ToArray());
            return new CallOutcome(GrpcStatus.Ok, "", messages, call.Headers, call.Trailers);
        }
        catch (GrpcException e)
        {
            return new CallOutcome(e.StatusCode, e.Detail, messages, e.Headers, e.Trailers);
        }
        catch (OperationCanceledException)
        {
            // The words of the library that the scenarios were recorded with.
            return new CallOutcome(GrpcStatus.Cancelled, "Cancelled on client", messages, call.Headers, call.Trailers);
        }
        finally
        {
            await _over.CancelAsync();
            await writing;
        }
    }

    private async Task WriteAsync(GrpcCall call)
    {
        try
        {
            for (var i = 0; i < _plan.Messages.Count; i++)
            {
                if (i > 0)
                    await PauseAsync();
                if (!await call.WriteAsync(_plan.Messages[i]))
                    return;
            }

            await _released.Task.WaitAsync(_over.Token);
            await call.CompleteAsync();
        }
        catch (OperationCanceledException)
        {
            // The call is over or was cancelled; its outcome tells.
        }
    }

    private async Task PauseAsync()
    {
        if (_plan.Pause > TimeSpan.Zero)
            await Task.Delay(_plan.Pause, _platform.Clock.Time, _over.Token);
        if (_plan.BlocksBetween.IsZero)
            return;
        await Task.Delay(Arrival, _over.Token);
        await _platform.MineAsync(_plan.BlocksBetween);
    }
}
