using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using ICSharpCode.SharpZipLib.Checksum;

namespace Snet.Sdk.Training.Datasets;

/// <summary>Checks the entries of one dataset, one after the other, and remembers what the search for duplicates needs.</summary>
internal sealed class EntryCheck(
    MethodMetadata rules, SourceStream archive, ExpansionMeter meter, ProblemList errors, ProblemList warnings) : IDisposable
{
    private const int BufferSize = 1 << 17;
    private readonly IReadOnlyList<string> _types = rules.AllowedFileTypes;
    private readonly List<SeenFile> _files = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>How many entries came by, folders among them.</summary>
    public int EntryCount { get; private set; }

    /// <summary>How many of them were not folders.</summary>
    public long FileCount { get; private set; }

    /// <summary>What the files come to, in bytes.</summary>
    public long UnpackedSize { get; private set; }

    /// <summary>Whether the last entry's content was damaged: an error of the archive right after it is the same damage.</summary>
    public bool LastWasDamaged { get; private set; }

    /// <summary>Checks an entry by name, type and content.</summary>
    public void Check(DatasetEntry entry, CancellationToken cancellationToken)
    {
        EntryCount++;
        LastWasDamaged = false;
        CheckName(entry.Name);
        if (entry.Type is DatasetEntryType.Folder)
            return;

        FileCount++;
        if (entry.Type is DatasetEntryType.File)
            CheckFile(entry, cancellationToken);
        else if (entry.Type is DatasetEntryType.Link)
            AddError(DatasetRule.Link, entry, $"Link in the dataset: {Quote(entry)}. Put the file itself in its place");
        else
            AddError(DatasetRule.SpecialFile, entry, $"Not a file: {Quote(entry)} is a device, a pipe or the like");
    }

    /// <summary>Reports the duplicates among all entries checked.</summary>
    public void ReportDuplicates() => DuplicateSearch.Report(_files, errors, warnings);

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void CheckName(string name)
    {
        if (EntryName.WhyUnsafe(name) is { } reason)
            errors.Add(DatasetRule.UnsafeName, $"Unsafe file name: `{EntryName.Show(name)}`: {reason}", name);
        if (name.Contains(EntryName.NotDecoded, StringComparison.Ordinal))
        {
            warnings.Add(DatasetRule.NameEncoding,
                $"File name in an unknown encoding: `{EntryName.Show(name)}`. Others may read it differently", name);
        }
    }

    private void CheckFile(DatasetEntry entry, CancellationToken cancellationToken)
    {
        CheckType(entry);
        var content = Read(entry, cancellationToken);
        var size = Math.Max(content.Size, entry.Size);
        UnpackedSize = (long)Int128.Min((Int128)UnpackedSize + size, long.MaxValue); // a damaged archive may state any size
        if (Megabytes.IsAbove(size, rules.DatasetMaxSizeSingleFileMb))
        {
            var limit = rules.DatasetMaxSizeSingleFileMb;
            AddError(DatasetRule.FileSize, entry,
                $"Too big file {Quote(entry)} size: {Megabytes.FormatAbove(size, limit)} MB > {limit} MB");
        }

        if (size == 0)
            AddWarning(DatasetRule.EmptyFile, entry, $"Empty file: {Quote(entry)}");
        if (!entry.Name.Contains(EntryName.NotDecoded, StringComparison.Ordinal)) // two names may look alike only because they were not decoded
            _files.Add(new SeenFile(entry.Name, content.Fingerprint));
    }

    private void CheckType(DatasetEntry entry)
    {
        if (EntryName.IsJunk(entry.Name))
        {
            AddWarning(DatasetRule.Junk, entry, $"Not data: {Quote(entry)} was left by an operating system. Better leave it out");
            return;
        }

        if (_types.Count > 0 && !TypeList.Matches(_types, entry.Name))
        {
            AddError(DatasetRule.FileType, entry,
                $"Wrong file type: `{EntryName.Show(TypeList.TypeOf(entry.Name))}` in file: {Quote(entry)}. "
                + $"Allowed file types: {string.Join(", ", _types)}");
        }

        if (ArchiveKind.FromName(entry.Name) is { HoldsFiles: true })
            AddWarning(DatasetRule.NestedArchive, entry, $"Archive in the dataset: {Quote(entry)}. What is in it was not checked");
    }

    private (long Size, UInt128? Fingerprint) Read(DatasetEntry entry, CancellationToken cancellationToken)
    {
        if (entry.IsEncrypted)
        {
            AddError(DatasetRule.Encrypted, entry, $"Encrypted file: {Quote(entry)}. The provider has no password for it");
            return default;
        }

        try
        {
            using var content = entry.OpenContent();
            return ReadToEnd(entry, content, cancellationToken);
        }
        catch (NotSupportedException e)
        {
            AddWarning(DatasetRule.Unchecked, entry, $"The content of {Quote(entry)} was not checked: {e.Message}");
        }
        catch (Exception e) when (Damage.Is(e))
        {
            archive.ThrowIfFaulted();
            AddDamage(entry, e.Message);
        }

        return default;
    }

    /// <summary>Reads to the very end, where the checksum is, through one buffer.</summary>
    private (long Size, UInt128? Fingerprint) ReadToEnd(DatasetEntry entry, Stream content, CancellationToken cancellationToken)
    {
        var crc = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        long size = 0;
        try
        {
            for (int count; (count = content.Read(buffer)) > 0; size += count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                meter.Add(count);
                if (!entry.IsOneOfAKind)
                    _hash.AppendData(buffer.AsSpan(0, count));
                if (entry.Crc is not null)
                    crc.Update(new ArraySegment<byte>(buffer, 0, count));
            }
        }
        finally
        {
            _hash.GetHashAndReset(digest); // damage may have ended the reading; the next file starts anew
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (entry.Size >= 0 && size != entry.Size)
            AddDamage(entry, $"it has {size} bytes, and the archive says {entry.Size}");
        else if (entry.Crc is { } stated && stated != (uint)crc.Value)
            AddDamage(entry, "its checksum does not match");
        return (size, size == 0 || entry.IsOneOfAKind ? null : BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    private void AddDamage(DatasetEntry entry, string reason)
    {
        LastWasDamaged = true;
        AddError(DatasetRule.Corrupt, entry, $"Damaged file: {Quote(entry)}: {reason}");
    }

    private void AddError(string rule, DatasetEntry entry, string message) => errors.Add(rule, message, entry.Name);

    private void AddWarning(string rule, DatasetEntry entry, string message) => warnings.Add(rule, message, entry.Name);

    private static string Quote(DatasetEntry entry) => $"`{EntryName.Show(entry.Name)}`";
}
