using System.Runtime.ExceptionServices;

namespace Snet.Sdk.Training.Datasets;

/// <summary>The archive's bytes on their way to a decoder: read-only, kept open, and with a memory of what failed below.</summary>
/// <remarks>
/// Decoders throw <see cref="IOException"/> for damaged content as well. With <see cref="ThrowIfFaulted"/> a fault of the disk stays
/// an exception and only damage becomes a line in the report. The budget bounds what a decoder may take into memory at once.
/// </remarks>
internal sealed class SourceStream(Stream inner) : ReadStream
{
    private Exception? _fault;
    private long _budget = long.MaxValue;

    public override bool CanSeek => true;
    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = ReadInner(buffer);
        if ((_budget -= count) < 0)
            throw new InvalidDataException("The archive's table of contents is too large.");
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    /// <summary>Allows so many bytes until <see cref="LiftBudget"/>.</summary>
    public void SetBudget(long bytes) => _budget = bytes;

    /// <summary>Allows any number of bytes.</summary>
    public void LiftBudget() => _budget = long.MaxValue;

    /// <summary>Throws what failed below, if anything did.</summary>
    public void ThrowIfFaulted()
    {
        if (_fault is not null)
            ExceptionDispatchInfo.Throw(_fault);
    }

    private int ReadInner(Span<byte> buffer)
    {
        try
        {
            return inner.Read(buffer);
        }
        catch (Exception e)
        {
            _fault = e;
            throw;
        }
    }
}
