using System.IO.Compression;

namespace Snet.Sdk.Training.Datasets;

/// <summary>Recognizes an archive by its content: by the magic bytes of each format, and tar by the checksum of the first header.</summary>
internal static class ArchiveSniffer
{
    /// <summary>How many bytes from the start are looked at: one tar block.</summary>
    public const int StartLength = 512;

    /// <summary>Reads the first bytes of an archive; leaves it at its start.</summary>
    public static byte[] ReadStart(Stream archive)
    {
        var start = ReadBlock(archive);
        archive.Position = 0;
        return start;
    }

    /// <summary>Gives the kind of the content; <see langword="null"/> for none known here. Leaves the archive at its start.</summary>
    /// <param name="archive">The archive, at its start.</param>
    /// <param name="start">Its first bytes.</param>
    public static ArchiveKind? FromContent(Stream archive, ReadOnlySpan<byte> start) => start switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] or [(byte)'P', (byte)'K', 7, 8, ..] => ArchiveKind.Zip,
        [0x1F, 0x8B, 8, ..] => HoldsTar(archive, Inflate) ? ArchiveKind.TarGz : ArchiveKind.Gz,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] =>
            HoldsTar(archive, Decompress) ? ArchiveKind.TarBz2 : ArchiveKind.Bz2,
        [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => ArchiveKind.SevenZip,
        [(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7, ..] => ArchiveKind.Rar,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => ArchiveKind.Xz,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => ArchiveKind.Zstd,
        _ => IsTarBlock(start) ? ArchiveKind.Tar : null,
    };

    /// <summary>Says whether a block is a tar header with the right checksum, or the empty block that an empty tar starts with.</summary>
    internal static bool IsTarBlock(ReadOnlySpan<byte> block)
    {
        if (block.Length < StartLength)
            return false;
        if (!block.ContainsAnyExcept((byte)0))
            return true;
        var sum = 8 * ' '; // the checksum field counts as blanks
        for (var i = 0; i < StartLength; i++)
            sum += i is >= 148 and < 156 ? 0 : block[i];
        return TarNumber.Read(block[148..156]) == sum;
    }

    private static Stream Inflate(Stream archive) => new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);

    private static Stream Decompress(Stream archive) => new Bzip2ContentStream(archive);

    private static bool HoldsTar(Stream archive, Func<Stream, Stream> open)
    {
        try
        {
            using var content = open(archive);
            return IsTarBlock(ReadBlock(content));
        }
        catch (Exception e) when (Damage.Is(e))
        {
            return false; // the reader says what is wrong with it
        }
        finally
        {
            archive.Position = 0;
        }
    }

    private static byte[] ReadBlock(Stream stream)
    {
        var block = new byte[StartLength];
        return block[..stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)];
    }
}
