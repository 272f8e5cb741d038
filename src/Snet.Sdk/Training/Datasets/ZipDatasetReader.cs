using System.Collections.ObjectModel;
using System.IO.Compression;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip;
using SharpZipFile = ICSharpCode.SharpZipLib.Zip.ZipFile;

namespace Snet.Sdk.Training.Datasets;

/// <summary>Reads zip, zip64 included, by its table of contents.</summary>
internal sealed class ZipDatasetReader(DatasetLimits limits)
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixFolder = 0x4000;
    private const int UnixFile = 0x8000;
    private const int UnixLink = 0xA000;
    private const int UnixPipe = 0x1000; // what Info-ZIP notes for content that came to it through a pipe
    private static readonly CompressionMethod[] s_readable =
        [CompressionMethod.Stored, CompressionMethod.Deflated, CompressionMethod.Deflate64];

    /// <summary>Lists the entries in the order of the table of contents.</summary>
    public IEnumerable<DatasetEntry> Read(SourceStream archive)
    {
        using var zip = Open(archive);
        var methods = new Lazy<CompressionMethod[]>(() => ReadMethods(archive));
        var repeats = FindRepeats(zip.Entries);
        for (var i = 0; i < zip.Entries.Count; i++)
        {
            var (entry, index) = (zip.Entries[i], i);
            // A damaged entry may state a size below zero; its content then says more.
            yield return new DatasetEntry(entry.FullName, Math.Max(entry.Length, -1), () => OpenContent(entry, index, methods))
            {
                Type = TypeOf(entry),
                IsEncrypted = entry.IsEncrypted,
                Crc = entry.Crc32,
                IsOneOfAKind = !repeats.Contains((entry.Length, entry.Crc32)),
            };
        }
    }

    /// <summary>Gives size and checksum of what may be there twice; only that needs to be compared by a real hash.</summary>
    private static HashSet<(long Size, uint Crc)> FindRepeats(ReadOnlyCollection<ZipArchiveEntry> entries)
    {
        var (seen, repeats) = (new HashSet<(long, uint)>(entries.Count), new HashSet<(long, uint)>());
        foreach (var entry in entries)
        {
            if (!seen.Add((entry.Length, entry.Crc32)))
                repeats.Add((entry.Length, entry.Crc32));
        }

        return repeats;
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

    /// <summary>
    /// Opens an entry. When that fails, it is because of damage, or because the entry is compressed in a way that the framework does not
    /// unpack and other programs may (bzip2, LZMA, Zstandard); the framework does not say which of the two.
    /// </summary>
    private static Stream OpenContent(ZipArchiveEntry entry, int index, Lazy<CompressionMethod[]> methods)
    {
        try
        {
            return entry.Open();
        }
        catch (InvalidDataException)
        {
            var method = methods.Value.ElementAtOrDefault(index);
            if (s_readable.Contains(method))
                throw;
            throw new NotSupportedException($"it is compressed with {method}");
        }
    }

    /// <summary>Gives the compression methods of all entries, in their order; none when the table of contents is damaged.</summary>
    private static CompressionMethod[] ReadMethods(Stream archive)
    {
        try
        {
            using var zip = new SharpZipFile(archive, leaveOpen: true);
            return zip.Cast<ZipEntry>().Select(entry => entry.CompressionMethod).ToArray();
        }
        catch (Exception e) when (e is SharpZipBaseException or ArgumentException)
        {
            return [];
        }
    }

    private static DatasetEntryType TypeOf(ZipArchiveEntry entry) => ((entry.ExternalAttributes >> 16) & UnixTypeMask) switch
    {
        UnixFolder => DatasetEntryType.Folder,
        UnixLink => DatasetEntryType.Link,
        0 or UnixFile or UnixPipe => entry.FullName.EndsWith('/') ? DatasetEntryType.Folder : DatasetEntryType.File,
        _ => DatasetEntryType.Special,
    };
}
