using ICSharpCode.SharpZipLib.BZip2;

namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Unpacks bzip2, also when the file is several bzip2 streams in a row, as programs that pack in parallel write it; the library stops
/// after the first. Checksums are the library's work. Leaves the archive open.
/// </summary>
/// <param name="archive">The archive, read from where it stands.</param>
internal sealed class Bzip2ContentStream(Stream archive) : ReadStream
{
    private const int BufferSize = 1 << 17;
    private readonly BufferedStream _source = new(archive, BufferSize);
    private BZip2InputStream? _part;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = ReadPart(buffer);
            if (count > 0 || buffer.IsEmpty || _source.Position == _source.Length)
                return count;
            _part = null;
        }
    }

    private int ReadPart(Span<byte> buffer)
    {
        try
        {
            _part ??= new BZip2InputStream(_source) { IsStreamOwner = false };
            return _part.Read(buffer);
        }
        catch (IndexOutOfRangeException e)
        {
            // How the library notices that a damaged block points outside itself.
            throw new InvalidDataException("The compressed data is damaged.", e);
        }
    }
}
