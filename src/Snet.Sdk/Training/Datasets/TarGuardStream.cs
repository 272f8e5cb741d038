namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Stands before the framework's tar reader and watches the headers go by. That reader takes a long name or extended attributes into
/// memory whatever size they claim, does not say in its errors what is wrong with the archive.
/// </summary>
/// <param name="inner">The unpacked tar, at its start.</param>
/// <param name="maxMetadata">How large a long name or a set of extended attributes may be, in bytes.</param>
/// <param name="meter">Counts what is not the content of an entry; contents are counted where they are read.</param>
internal sealed class TarGuardStream(Stream inner, long maxMetadata, ExpansionMeter meter) : ReadStream
{
    private const int BlockSize = 512;
    private readonly byte[] _header = new byte[BlockSize];
    private int _headerFilled;
    private long _metadataLeft;
    private long _position;
    private InvalidDataException? _damage;

    /// <summary>Whether what is read now are headers and what belongs to them; else it is the content of an entry.</summary>
    public bool InHeaders { get; set; }

    /// <summary>Whether what is read now stands behind the end mark.</summary>
    public bool InTail { get; set; }

    /// <summary>Whether the empty block at the end of a tar came by.</summary>
    public bool SawEndMark { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (_damage is not null)
            throw _damage; // what comes after damage is no longer the archive
        try
        {
            var count = inner.Read(buffer);
            if (InHeaders && !SawEndMark && count == 0)
                throw new InvalidDataException("It ends without the end mark of a tar: it was cut off, or never finished.");
            if (InHeaders)
                Watch(buffer[..count]);
            if (InHeaders || InTail)
                meter.Add(count);
            _position += count;
            return count;
        }
        catch (Exception e) when (Damage.Is(e))
        {
            _damage = e as InvalidDataException ?? new InvalidDataException(e.Message, e);
            throw _damage;
        }
    }

    private void Watch(ReadOnlySpan<byte> bytes)
    {
        // The rest of a block behind an entry's content is padding.
        var padding = _headerFilled == 0 && _metadataLeft == 0 ? (int)((BlockSize - (_position % BlockSize)) % BlockSize) : 0;
        bytes = bytes[Math.Min(padding, bytes.Length)..];
        while (!bytes.IsEmpty && !SawEndMark)
            bytes = _metadataLeft > 0 ? SkipMetadata(bytes) : FillHeader(bytes);
    }

    private ReadOnlySpan<byte> SkipMetadata(ReadOnlySpan<byte> bytes)
    {
        var count = (int)Math.Min(_metadataLeft, bytes.Length);
        _metadataLeft -= count;
        return bytes[count..];
    }

    private ReadOnlySpan<byte> FillHeader(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(BlockSize - _headerFilled, bytes.Length);
        bytes[..count].CopyTo(_header.AsSpan(_headerFilled));
        _headerFilled += count;
        if (_headerFilled == BlockSize)
        {
            _headerFilled = 0;
            LookAtHeader();
        }

        return bytes[count..];
    }

    private void LookAtHeader()
    {
        if (!_header.AsSpan().ContainsAnyExcept((byte)0))
        {
            SawEndMark = true;
            return;
        }

        if (!ArchiveSniffer.IsTarBlock(_header))
            throw new InvalidDataException("A header of the tar is damaged: its checksum does not match.");
        var type = (char)_header[156];
        if (type is 'L' or 'K' or 'x' or 'g')
            _metadataLeft = MetadataSize();
        if (type is 'S')
            throw new NotSupportedException("it holds a sparse file");
    }

    private long MetadataSize()
    {
        var size = TarNumber.Read(_header.AsSpan(124, 12));
        if (size is null || size > maxMetadata)
            throw new InvalidDataException("A header of the tar claims a name or attributes that are too large.");
        return (size.Value + BlockSize - 1) / BlockSize * BlockSize;
    }
}
