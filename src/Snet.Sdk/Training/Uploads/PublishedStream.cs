using Snet.Sdk.Training.Datasets;

namespace Snet.Sdk.Training.Uploads;

/// <summary>A dataset as a publisher sees it: it can be read again and again, is not closed with this, and tells how far the reading has come.</summary>
internal sealed class PublishedStream(Stream inner, UploadMeter meter) : ReadStream
{
    public override bool CanSeek => true;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        Count();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Count();
        return read;
    }

    private void Count()
    {
        if (inner.Position > meter.Sent)
            meter.Add(inner.Position - meter.Sent);
    }
}
