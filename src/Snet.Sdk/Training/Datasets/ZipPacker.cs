using ICSharpCode.SharpZipLib.Zip;

namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Writes zip. The framework's own writer notes the operating system and packs with whatever native library the machine has, so its
/// bytes differ between machines; SharpZipLib is managed code and does the same everywhere.
/// </summary>
internal static class ZipPacker
{
    private const int Level = 6;
    private const int FileRights = 0x81A4 << 16; // a file, rw-r--r--
    private const int FolderRights = 0x41ED << 16; // a folder, rwxr-xr-x

    /// <summary>Writes the entries in the order given.</summary>
    public static void Write(IReadOnlyList<FolderEntry> entries, Stream output, CancellationToken cancellationToken)
    {
        using var zip = new ZipOutputStream(output) { IsStreamOwner = false, UseZip64 = UseZip64.Dynamic };
        zip.SetLevel(Level);
        foreach (var entry in entries)
        {
            using var content = entry.File is null ? Stream.Null : entry.Open();
            zip.PutNextEntry(Describe(entry, content.Length));
            PackedFile.Copy(content, zip, content.Length, cancellationToken);
            zip.CloseEntry();
        }
    }

    private static ZipEntry Describe(FolderEntry entry, long size) => new(entry.Name)
    {
        DateTime = PackedFile.Time.DateTime,
        IsUnicodeText = true,
        // Always Unix: of entries made on DOS, common programs take the names to be in an old code page, whatever the flag says.
        HostSystem = (int)HostSystemID.Unix,
        ExternalFileAttributes = entry.File is null ? FolderRights : FileRights,
        Size = size,
        CompressionMethod = PackedFile.IsPackedAlready(entry.Name) ? CompressionMethod.Stored : CompressionMethod.Deflated,
    };
}
