using System.IO.Compression;

namespace Snet.Sdk.Training.Datasets;

/// <summary>Unpacks gzip, and knows afterwards whether the compressed data was whole.</summary>
/// <remarks>
/// The framework checks the checksum of gzip, but a file that is cut off ends silently, without any check. So a small gzip member of
/// our own is laid behind the file: only when all before it was whole, its content comes out at the end.
/// </remarks>
internal sealed class GzipContentStream : ReadStream
{
    private const int BufferSize = 1 << 17;
    private static readonly byte[] s_mark = "behind the last member of the file\n"u8.ToArray();
    private static readonly byte[] s_markMember = Pack(s_mark);
    private readonly GZipStream _unpacked;
    private readonly byte[] _tail = new byte[s_mark.Length];

    /// <summary>Unpacks from where the archive stands; leaves it open.</summary>
    public GzipContentStream(Stream archive)
    {
        var source = new BufferedStream(archive, BufferSize);
        _unpacked = new GZipStream(new AppendedStream(source, s_markMember), CompressionMode.Decompress);
    }

    /// <summary>Whether everything before the end was whole. Says something only after the stream was read to its end.</summary>
    public bool SawEnd => _tail.AsSpan().SequenceEqual(s_mark);

    public override int Read(Span<byte> buffer)
    {
        var count = _unpacked.Read(buffer);
        Remember(buffer[..count]);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _unpacked.Dispose();
        base.Dispose(disposing);
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        var tail = _tail.AsSpan();
        if (bytes.Length >= tail.Length)
        {
            bytes[^tail.Length..].CopyTo(tail);
            return;
        }

        tail[bytes.Length..].CopyTo(tail);
        bytes.CopyTo(tail[^bytes.Length..]);
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }
}
