using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Training.Uploads;

/// <summary>Reads a dataset part by part, each while the one before is on its way. Two buffers take turns, however large the dataset is.</summary>
internal sealed class PartReader(OpenedDataset dataset, int partSize) : IAsyncDisposable
{
    private readonly byte[][] _buffers = new byte[2][];
    private Task<ReadOnlyMemory<byte>>? _next;
    private long _begun; // parts whose reading has begun

    /// <summary>How many parts there are; an empty dataset is one empty part.</summary>
    public long Count { get; } = Math.Max(1, (dataset.Length + partSize - 1) / partSize);

    /// <summary>Gives the next part. It stays as it is until the call after the next.</summary>
    /// <exception cref="IOException">The dataset cannot be read, or became shorter since it was opened.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_begun == 0)
            dataset.Content.Position = 0;
        var part = await (_next ?? BeginAsync(cancellationToken)).ConfigureAwait(false);
        _next = _begun < Count ? BeginAsync(cancellationToken) : null;
        return part;
    }

    /// <summary>Waits for the reading that is under way, so that the dataset can be closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_next is { } next)
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<ReadOnlyMemory<byte>> BeginAsync(CancellationToken cancellationToken)
    {
        var size = (int)Math.Min(partSize, dataset.Length - (_begun * partSize));
        var buffer = _buffers[_begun++ % 2] ??= GC.AllocateUninitializedArray<byte>(size); // the first parts are the largest
        var read = await dataset.Content.ReadAtLeastAsync(buffer.AsMemory(0, size), size, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read == size ? buffer.AsMemory(0, size) : throw new IOException(
            $"The dataset `{dataset.FileName}` became shorter while it was sent: {dataset.Length} bytes were announced. Leave it alone until the upload is over.");
    }
}
