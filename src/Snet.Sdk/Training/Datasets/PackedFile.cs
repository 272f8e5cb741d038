using System.Buffers;

namespace Snet.Sdk.Training.Datasets;

/// <summary>What the packers have in common.</summary>
internal static class PackedFile
{
    private const int BufferSize = 1 << 17;

    /// <summary>Pictures, sound, film and archives: packing them again takes long and saves nothing.</summary>
    private static readonly string[] s_packedTypes =
    [
        "7z", "aac", "avi", "bz2", "flac", "gif", "gz", "jpeg", "jpg", "m4a", "mkv", "mov", "mp3", "mp4", "npz", "ogg", "opus", "parquet",
        "png", "rar", "tgz", "webm", "webp", "xz", "zip", "zst",
    ];

    /// <summary>The time that all entries get: the first that zip can express.</summary>
    public static DateTimeOffset Time { get; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Says whether a file's content is already packed, by its type.</summary>
    public static bool IsPackedAlready(string name) => TypeList.Matches(s_packedTypes, name);

    /// <summary>Copies exactly so many bytes.</summary>
    /// <exception cref="IOException">The file became shorter or longer meanwhile; the archive would be of no use.</exception>
    public static void Copy(Stream content, Stream output, long size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int count; (count = content.Read(buffer)) > 0; size -= count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (count > size)
                    break;
                output.Write(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (size != 0)
            throw new IOException("A file of the dataset was written to while it was packed. Try again when it is at rest.");
    }
}
