using Snet.Sdk.Services;

namespace Snet.Sdk.Training;

public partial class TrainingClient
{
    private const int OutagesInARow = 10; // a daemon that is restarted must not end a wait of hours

    // A status from before the last step is believed when it stays for so long: some providers never tell another one.
    private static readonly TimeSpan StaleFor = TimeSpan.FromSeconds(5);

    /// <summary>Waits until a model has a status, or has gone past it.</summary>
    /// <param name="modelId">The model's id.</param>
    /// <param name="status">The status: <see cref="ModelStatus.Validated"/> after an upload, <see cref="ModelStatus.ReadyToUse"/> after training.</param>
    /// <param name="options">Pauses and limits.</param>
    /// <param name="cancellationToken">Ends the waiting, not the training.</param>
    /// <returns>The model with that status or a later one.</returns>
    /// <exception cref="ModelFailedException">The provider reports that it failed, or the model was deleted.</exception>
    /// <exception cref="UploadFailedException">This client's last upload for the model was charged and has not reached the provider, so nothing will come of it.</exception>
    /// <exception cref="TimeoutException">The time is up; the training goes on, and the wait can be taken up again.</exception>
    /// <exception cref="NoSuchModelException">There is no such model.</exception>
    /// <exception cref="ModelAccessDeniedException">It is not for this address.</exception>
    /// <exception cref="ServiceUnavailableException">No endpoint answers for long.</exception>
    public virtual async Task<SnetModel> WaitForStatusAsync(
        string modelId, ModelStatus status, WaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckModelId(modelId);
        options ??= new WaitOptions();
        Check(options);
        var time = _service.Client.Options.TimeProvider;
        var started = time.GetTimestamp();
        var (pause, outages, last) = (options.PollInterval, 0, default(ModelStatus?));
        while (true)
        {
            try
            {
                var model = await GetModelAsync(modelId, cancellationToken).ConfigureAwait(false);
                outages = 0;
                if (model.Status != last)
                    options.Progress?.Report(model);
                last = model.Status;
                if (!_statuses.IsStale(modelId, model.Status) || time.GetElapsedTime(started) >= StaleFor)
                {
                    if (model.Status == status || (model.Status > status && model.Status <= ModelStatus.ReadyToUse))
                        return model;
                    if (model.Status is ModelStatus.Errored or ModelStatus.Deleted)
                        throw new ModelFailedException(model);
                }

                if (_statuses.FindDropped(modelId, model.Status) is { } bytes)
                    throw UploadFailedException.Dropped(modelId, bytes, model.Status);
            }
            catch (SnetException e) when (e.IsTransient && ++outages <= OutagesInARow)
            {
                // The next look decides; the error is reported when it does not pass.
            }

            pause = await PauseAsync(modelId, status, last, options, pause, time.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TimeSpan> PauseAsync(
        string modelId, ModelStatus status, ModelStatus? last, WaitOptions options, TimeSpan pause, TimeSpan waited, CancellationToken cancellationToken)
    {
        var left = options.Timeout - waited;
        if (left <= TimeSpan.Zero)
            throw new TimeoutException($"The model '{modelId}' is {last?.ToString() ?? "unknown"} after {waited.TotalSeconds:0.#} s and not yet {status}. The provider goes on; wait again, or look with GetModelAsync.");
        var now = left < pause ? left.Value : pause;
        await Task.Delay(now, _service.Client.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        var next = pause * 1.5;
        return next < options.MaxPollInterval ? next : options.MaxPollInterval;
    }

    private static void Check(WaitOptions options)
    {
        if (options.PollInterval <= TimeSpan.Zero || options.MaxPollInterval < options.PollInterval || options.Timeout <= TimeSpan.Zero)
            throw new ArgumentException("Give pauses and a time limit above zero, and a longest pause not below the first.", nameof(options));
    }
}
