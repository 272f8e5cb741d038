using System.Formats.Tar;
using System.Globalization;

namespace Snet.Sdk.Training.Datasets;

/// <summary>Reads tar, plain or compressed, in one pass from start to end.</summary>
internal sealed class TarDatasetReader(ArchiveKind kind, DatasetLimits limits, ExpansionMeter meter)
{
    private const int BufferSize = 1 << 17;
    private const string SparsePrefix = "GNU.sparse.";

    /// <summary>Lists the entries as they come. The content of one is there until the next is asked for.</summary>
    public IEnumerable<DatasetEntry> Read(Stream archive, CancellationToken cancellationToken)
    {
        using var content = Unpack(archive);
        using var guard = new TarGuardStream(content, limits.MaxTarMetadata, meter);
        using var tar = new TarReader(guard, leaveOpen: true);
        while (Next(tar, guard) is { } entry)
        {
            if (entry.EntryType is not TarEntryType.GlobalExtendedAttributes)
                yield return Convert(entry);
            // Unread content would be taken for headers by the guard.
            Drain(entry.DataStream, cancellationToken);
        }

        CheckEnd(guard, content, cancellationToken);
    }

    private Stream Unpack(Stream archive) =>
        kind == ArchiveKind.TarGz ? new GzipContentStream(archive)
        : kind == ArchiveKind.TarBz2 ? new Bzip2ContentStream(archive)
        : new BufferedStream(archive, BufferSize);

    private static TarEntry? Next(TarReader tar, TarGuardStream guard)
    {
        guard.InHeaders = true;
        try
        {
            return tar.GetNextEntry();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            // The framework's reader lets some bad fields through to the parsers of numbers and times.
            throw new InvalidDataException("A header of the tar has a field that makes no sense.", e);
        }
        finally
        {
            guard.InHeaders = false;
        }
    }

    private static DatasetEntry Convert(TarEntry entry) => entry is PaxTarEntry pax && IsSparse(pax)
        ? new DatasetEntry(Attribute(pax, "name") ?? entry.Name, SparseSize(pax), () => throw new NotSupportedException("it is a sparse file"))
        : new DatasetEntry(entry.Name, entry.Length, () => new UnownedStream(entry.DataStream ?? Stream.Null)) { Type = TypeOf(entry) };

    private static DatasetEntryType TypeOf(TarEntry entry) => entry.EntryType switch
    {
        TarEntryType.Directory or TarEntryType.DirectoryList => DatasetEntryType.Folder,
        TarEntryType.SymbolicLink or TarEntryType.HardLink => DatasetEntryType.Link,
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => DatasetEntryType.File,
        _ => DatasetEntryType.Special,
    };

    /// <summary>Says whether what is stored is not the content but what of it is no hole: bsdtar writes all files with holes this way.</summary>
    private static bool IsSparse(PaxTarEntry entry) =>
        entry.ExtendedAttributes.Keys.Any(key => key.StartsWith(SparsePrefix, StringComparison.Ordinal));

    private static string? Attribute(PaxTarEntry entry, string name) => entry.ExtendedAttributes.GetValueOrDefault(SparsePrefix + name);

    private static long SparseSize(PaxTarEntry entry) =>
        long.TryParse(Attribute(entry, "realsize"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : -1;

    /// <summary>Reads on behind the end of the tar, for the checksum of the compressed data comes last.</summary>
    private static void CheckEnd(TarGuardStream guard, Stream content, CancellationToken cancellationToken)
    {
        guard.InTail = true;
        Drain(guard, cancellationToken);
        if (content is GzipContentStream { SawEnd: false })
            throw new InvalidDataException("The compressed data is cut off, or other bytes follow it.");
    }

    private static void Drain(Stream? stream, CancellationToken cancellationToken)
    {
        if (stream is null)
            return;
        var buffer = new byte[4096];
        while (stream.Read(buffer) > 0)
            cancellationToken.ThrowIfCancellationRequested();
    }
}
