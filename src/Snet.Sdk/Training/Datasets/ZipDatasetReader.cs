using System.IO.Compression;
using ICSharpCode.SharpZipLib.Zip;
using SharpZipFile = ICSharpCode.SharpZipLib.Zip.ZipFile;

namespace Snet.Sdk.Training.Datasets;

/// <summary>Reads zip, zip64 included, by its table of contents.</summary>
internal sealed class ZipDatasetReader(DatasetLimits limits) : IDatasetReader
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixFolder = 0x4000;
    private const int UnixFile = 0x8000;
    private const int UnixLink = 0xA000;

    public string Kind => ArchiveKind.Zip.Name;

    public bool CanRead(string fileName, ReadOnlySpan<byte> firstBytes) => throw new NotSupportedException();

    public IAsyncEnumerable<DatasetEntry> ReadAsync(Stream archive, CancellationToken cancellationToken) =>
        Read((SourceStream)archive).ToAsyncEnumerable();

    private IEnumerable<DatasetEntry> Read(SourceStream archive)
    {
        using var zip = Open(archive);
        for (var i = 0; i < zip.Entries.Count; i++)
        {
            var (entry, index) = (zip.Entries[i], i);
            yield return new DatasetEntry(entry.FullName, entry.Length, () => OpenContent(archive, entry, index))
            {
                Type = TypeOf(entry),
                IsEncrypted = entry.IsEncrypted,
                Crc = entry.Crc32,
            };
        }
    }

    /// <summary>Reads the whole table of contents, which is bounded first: it is held in memory.</summary>
    private ZipArchive Open(SourceStream archive)
    {
        archive.SetBudget(limits.MaxDirectorySize);
        var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
        _ = zip.Entries;
        archive.LiftBudget();
        return zip;
    }

    private static Stream OpenContent(SourceStream archive, ZipArchiveEntry entry, int index)
    {
        try
        {
            return entry.Open();
        }
        catch (InvalidDataException)
        {
            if (UnreadableMethod(archive, index) is { } method)
                throw new NotSupportedException($"it is compressed with {method}");
            throw;
        }
    }

    /// <summary>
    /// Gives the compression method of an entry that could not be opened, when it is one that the framework does not unpack; other
    /// programs may (bzip2, LZMA, Zstandard). <see langword="null"/> when the entry is just damaged.
    /// </summary>
    private static string? UnreadableMethod(Stream archive, int index)
    {
        using var zip = new SharpZipFile(archive, leaveOpen: true);
        if (index >= zip.Count)
            return null;
        var method = zip[index].CompressionMethod;
        return method is CompressionMethod.Stored or CompressionMethod.Deflated or CompressionMethod.Deflate64 ? null : method.ToString();
    }

    private static DatasetEntryType TypeOf(ZipArchiveEntry entry) => ((entry.ExternalAttributes >> 16) & UnixTypeMask) switch
    {
        UnixFolder => DatasetEntryType.Folder,
        UnixLink => DatasetEntryType.Link,
        0 or UnixFile => entry.FullName.EndsWith('/') ? DatasetEntryType.Folder : DatasetEntryType.File,
        _ => DatasetEntryType.Special,
    };
}
