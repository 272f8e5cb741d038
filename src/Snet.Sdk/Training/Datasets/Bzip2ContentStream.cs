using ICSharpCode.SharpZipLib.BZip2;

namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Unpacks bzip2, also when the file is several bzip2 streams in a row, as programs that pack in parallel write it; the library stops
/// after the first. Checksums are the library's work. Leaves the archive open.
/// </summary>
internal sealed class Bzip2ContentStream : ReadStream
{
    private const int BufferSize = 1 << 17;
    private readonly BufferedStream _source;
    private BZip2InputStream _part;

    /// <summary>Unpacks from where the archive stands.</summary>
    public Bzip2ContentStream(Stream archive)
    {
        _source = new BufferedStream(archive, BufferSize);
        _part = OpenPart();
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = _part.Read(buffer);
            if (count > 0 || buffer.IsEmpty || _source.Position == _source.Length)
                return count;
            _part = OpenPart();
        }
    }

    private BZip2InputStream OpenPart() => new(_source) { IsStreamOwner = false };
}
