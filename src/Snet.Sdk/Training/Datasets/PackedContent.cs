using System.Security.Cryptography;

namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// The content of a file on its way into an archive. It has the length that it had at the start, for the archive's headers say so, and
/// its hash is that of the very bytes that were packed.
/// </summary>
internal sealed class PackedContent(string name, Stream content, CancellationToken cancellationToken) : ReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    public override bool CanSeek => true; // as far as the tar writer asks: it wants to know how long this is

    public override long Length { get; } = content.Length - content.Position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Reads, and notices when the file became shorter or longer meanwhile: the archive would be of no use.</summary>
    public override int Read(Span<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = content.Read(buffer);
        _position += count;
        if (_position > Length || (count == 0 && !buffer.IsEmpty && _position < Length))
            throw new IOException($"`{EntryName.Show(name)}` was written to while it was packed. Try again when it is at rest.");
        _hash.AppendData(buffer[..count]);
        return count;
    }

    /// <summary>Describes what was packed; to be called once, when all was read.</summary>
    public DatasetFile Describe() => new(name, Length, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
