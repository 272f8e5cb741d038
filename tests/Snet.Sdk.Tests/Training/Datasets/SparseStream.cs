namespace Snet.Sdk.Tests.Training.Datasets;

/// <summary>A stream that can be very long: of its pages, only those that are not all zeros take memory.</summary>
internal sealed class SparseStream : Stream
{
    private const int PageSize = 1 << 16;
    private readonly Dictionary<long, byte[]> _pages = [];
    private long _length;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => true;
    public override long Length => _length;
    public override long Position { get; set; }

    /// <summary>Is told of each reading.</summary>
    public Action? Reading { get; init; }

    public override int Read(Span<byte> buffer)
    {
        Reading?.Invoke();
        buffer = buffer[..(int)Math.Clamp(_length - Position, 0, Math.Min(buffer.Length, RestOfPage))];
        if (_pages.TryGetValue(Position / PageSize, out var page))
            page.AsSpan((int)(Position % PageSize), buffer.Length).CopyTo(buffer);
        else
            buffer.Clear();
        Position += buffer.Length;
        return buffer.Length;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, RestOfPage)];
            var number = Position / PageSize;
            if (!_pages.TryGetValue(number, out var page) && piece.ContainsAnyExcept((byte)0))
                _pages.Add(number, page = new byte[PageSize]);
            if (page is not null)
                piece.CopyTo(page.AsSpan((int)(Position % PageSize)));
            Position += piece.Length;
            _length = Math.Max(_length, Position);
            buffer = buffer[piece.Length..];
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void SetLength(long value) => _length = value;
    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => _length + offset,
    };

    private int RestOfPage => PageSize - (int)(Position % PageSize);
}
