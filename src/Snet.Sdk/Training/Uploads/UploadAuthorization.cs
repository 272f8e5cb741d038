using Snet.Sdk.Accounts;
using Wire = global::Training;

namespace Snet.Sdk.Training.Uploads;

/// <summary>The authorization of a running upload. The daemon checks that of every part, to 5 blocks (protocol f.6), so it is renewed beside the sending.</summary>
/// <remarks>
/// A loop of its own asks the node and signs, so that parts wait for neither. A part waits only where the next block number is overdue: when blocks come in
/// less than two seconds, and in the first two seconds, while nobody knows how they come. The loop is woken then.
/// </remarks>
internal sealed class UploadAuthorization : IAsyncDisposable
{
    private const int MostAhead = 3;  // blocks; of the 5 that the daemon allows
    private const int BlindParts = 8; // that may go out on one block number where none is known to have come
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2); // for a block: slower chains are followed with ease
    private static readonly TimeSpan FreshEnough = TimeSpan.FromSeconds(5);

    private readonly TrainingAuthorizer _authorizer;
    private readonly BlockClock _blocks;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly CancellationTokenSource _ending = new();
    private readonly BlockPace _pace;
    private Task _renewing = Task.CompletedTask;
    private volatile Issue _current;
    private long _journey; // ticks that a part takes on its way

    private UploadAuthorization(TrainingAuthorizer authorizer, BlockClock blocks, TimeProvider time, Wire.AuthorizationDetails first, int parts)
    {
        (_authorizer, _blocks, _time, _started) = (authorizer, blocks, time, time.GetTimestamp());
        _pace = new BlockPace(first.CurrentBlock, TimeSpan.Zero);
        _current = new Issue(first, TimeSpan.Zero, TimeSpan.MaxValue, parts);
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>Signs the first one, and begins to renew it.</summary>
    /// <param name="authorizer">Who signs.</param>
    /// <param name="blocks">Who knows the latest block.</param>
    /// <param name="time">The clock.</param>
    /// <param name="renew">Whether it is renewed; an upload of one part is over before it could be.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<UploadAuthorization> StartAsync(
        TrainingAuthorizer authorizer, BlockClock blocks, TimeProvider time, bool renew, CancellationToken cancellationToken)
    {
        var block = await blocks.GetAsync(renew ? TimeSpan.Zero : FreshEnough, cancellationToken).ConfigureAwait(false);
        var first = await authorizer.ForUploadAsync(block, cancellationToken).ConfigureAwait(false);
        var upload = new UploadAuthorization(authorizer, blocks, time, first, renew ? BlindParts : int.MaxValue);
        if (renew)
            upload._renewing = upload.RenewAsync();
        return upload;
    }

    /// <summary>Gives the authorization of the next part.</summary>
    /// <param name="journey">How long the part before took; the block at the end of such a time is signed for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<Wire.AuthorizationDetails> GetAsync(TimeSpan journey, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _journey, journey.Ticks);
        var issue = _current;
        while (!issue.TryUse(Now))
        {
            await issue.Next.Task.WaitAsync(cancellationToken).ConfigureAwait(false); // throws what the signer threw
            issue = _current;
        }

        return issue.Details;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task RenewAsync()
    {
        try
        {
            while (true)
            {
                await PauseAsync().ConfigureAwait(false);
                await LookAsync().ConfigureAwait(false);
                await SignAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (!_ending.IsCancellationRequested)
        {
            _current.Next.TrySetException(e);
            throw;
        }
    }

    private async Task PauseAsync()
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        await Task.WhenAny(Task.Delay(_pace.Pause, _time, awake.Token), _current.Wanted.Task).ConfigureAwait(false);
        await awake.CancelAsync().ConfigureAwait(false);
        _ending.Token.ThrowIfCancellationRequested();
    }

    private async Task LookAsync()
    {
        try
        {
            var asked = Now; // the answer is from then or later, so that no age is reckoned too short
            var block = await _blocks.GetAsync(TimeSpan.Zero, _ending.Token).ConfigureAwait(false);
            _pace.Observe(block, asked);
        }
        catch (EthereumRpcException) when (!_ending.IsCancellationRequested)
        {
            _pace.Miss(); // an upload of hours outlives a node that is out of reach: blocks are reckoned on
        }
    }

    private async Task SignAsync()
    {
        var (now, interval) = (Now, _pace.Interval);
        // A block ahead at least, since nothing arrives at once, and for a part that takes longer the block at its end.
        var ahead = Math.Clamp(Interlocked.Read(ref _journey), interval.Ticks, (interval * MostAhead).Ticks);
        var block = _pace.Predict(now + TimeSpan.FromTicks(ahead));
        var known = _current;
        var details = block == known.Details.CurrentBlock ? known.Details : await _authorizer.ForUploadAsync(block, _ending.Token).ConfigureAwait(false);
        _current = _pace.Shortest < Quick || now < Quick
            ? new Issue(details, now, _pace.Shortest * 2, PartsIn(blocks: 2, known.Used))
            : new Issue(details, now, TimeSpan.MaxValue, int.MaxValue);
        known.Next.TrySetResult();
    }

    // How many parts go out while so many blocks come, as things went lately.
    private int PartsIn(int blocks, int used) => _pace.Moved > 1 ? Math.Max(1, used * blocks / _pace.Moved) : Math.Max(BlindParts, used * blocks);

    /// <summary>An authorization as it is handed out, for a while and for some parts.</summary>
    private sealed class Issue(Wire.AuthorizationDetails details, TimeSpan at, TimeSpan goodFor, int parts)
    {
        public Wire.AuthorizationDetails Details => details;

        /// <summary>How many parts it went with.</summary>
        public int Used { get; private set; }

        /// <summary>Done when a part cannot go before there is a newer one.</summary>
        public TaskCompletionSource Wanted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Done when there is a newer one; failed when there will be none.</summary>
        public TaskCompletionSource Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryUse(TimeSpan now)
        {
            if (!Next.Task.IsFaulted && Used < parts && now - at <= goodFor)
            {
                Used++;
                return true;
            }

            Wanted.TrySetResult();
            return false;
        }
    }
}
