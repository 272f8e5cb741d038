namespace Snet.Sdk.Training.Datasets;

/// <summary>A stream and, behind its end, a few bytes more. Leaves the stream open.</summary>
internal sealed class AppendedStream(Stream inner, byte[] appended) : ReadStream
{
    private int _appendedRead = -1;

    public override int Read(Span<byte> buffer)
    {
        if (_appendedRead < 0)
        {
            var count = inner.Read(buffer);
            if (count > 0 || buffer.IsEmpty)
                return count;
            _appendedRead = 0;
        }

        var rest = appended.AsSpan(_appendedRead);
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        _appendedRead += rest.Length;
        return rest.Length;
    }
}
