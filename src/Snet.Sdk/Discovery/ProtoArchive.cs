using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Snet.Sdk.Discovery;

/// <summary>The archive with a service's proto files: a tar, usually compressed with gzip, flat (protocol a.7).</summary>
internal static class ProtoArchive
{
    private const int MaxFiles = 200;
    private const long MaxBytes = 4 * 1024 * 1024; // of all files together, unpacked

    /// <summary>Reads the files by name; only regular ones with a bare name ending in <c>.proto</c> count.</summary>
    /// <exception cref="MetadataException">It is no such archive, or larger than any API is.</exception>
    public static IReadOnlyDictionary<string, string> Read(byte[] archive, string what)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var tar = new TarReader(Open(archive));
            var left = MaxBytes;
            while (tar.GetNextEntry() is { } entry)
            {
                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !name.EndsWith(".proto", StringComparison.Ordinal))
                    continue;
                if (name.AsSpan().ContainsAny('/', '\\') || files.Count == MaxFiles || (left -= entry.Length) < 0)
                    throw new MetadataException($"{what} holds folders or more than {MaxFiles} files or {MaxBytes} bytes. Ask its publisher to publish it again.");
                files[name] = ReadText(entry);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or IOException)
        {
            throw new MetadataException($"{what} is no readable tar archive: {e.Message}", e);
        }

        return files.Count > 0 ? files : throw new MetadataException($"{what} holds no proto file. Ask its publisher to publish it again.");
    }

    // A gzip stream begins with 1f 8b.
    private static Stream Open(byte[] archive)
    {
        var stream = new MemoryStream(archive, writable: false);
        return archive is [0x1f, 0x8b, ..] ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    private static string ReadText(TarEntry entry)
    {
        if (entry.DataStream is not { } data)
            return string.Empty;
        using var reader = new StreamReader(data, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
