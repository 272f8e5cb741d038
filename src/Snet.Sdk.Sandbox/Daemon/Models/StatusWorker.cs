using Snet.Grpc;
using Training;

namespace Snet.Sdk.Sandbox.Daemon.Models;

/// <summary>Asks the provider every 3 s for the status of models that are being validated or trained (protocol f.3, f.4).</summary>
internal sealed class StatusWorker : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TrainingRoom _room;
    private readonly ITimer _timer;

    public StatusWorker(TrainingRoom room)
    {
        _room = room;
        _timer = room.Parts.Settings.Time.CreateTimer(_ => RefreshAll(), null, Interval, Interval);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void RefreshAll()
    {
        foreach (var id in _room.Store.Pending())
            _ = RefreshAsync(id, _stopping.Token);
    }

    private async Task RefreshAsync(string id, CancellationToken cancellationToken)
    {
        // What is stored between here and the answer (a quote, a new name) is lost, as in the real daemon.
        if (_room.Store.Find(id) is not { } model)
            return;
        StatusResponse answer;
        try
        {
            answer = await _room.Provider.CallAsync<StatusResponse>(
                "/training.Model/get_model_status", new ModelID { ModelId = id }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException or ObjectDisposedException)
        {
            return; // asked again at the next round
        }

        if (answer.Status is not (Status.Training or Status.Validating))
            _room.Store.RemovePending(id);
        if (answer.Status != model.Status)
            _room.Store.Put(model with { Status = answer.Status });
    }
}
