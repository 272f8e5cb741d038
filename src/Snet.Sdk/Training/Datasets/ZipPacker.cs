using ICSharpCode.SharpZipLib.Zip;

namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Writes zip. The framework's own writer notes the operating system and packs with whatever native library the machine has, so its
/// bytes differ between machines; SharpZipLib is managed code and does the same everywhere.
/// </summary>
internal static class ZipPacker
{
    private const int Level = 6;
    private const int BufferSize = 1 << 17;
    private const int FileRights = 0x81A4 << 16; // a file, rw-r--r--
    private const int FolderRights = 0x41ED << 16; // a folder, rwxr-xr-x

    /// <summary>From here on the large form, a little before it must be: what cannot be packed grows a little when it is packed.</summary>
    private const long LargeSize = 0xFF00_0000;

    /// <summary>Writes the items in the order given.</summary>
    public static async Task<IReadOnlyList<DatasetFile>> WriteAsync(
        IReadOnlyList<PackItem> items, Stream output, CancellationToken cancellationToken)
    {
        var files = new List<DatasetFile>();
        // Not disposed of: after a failure that would complain of the unfinished entry, in place of what failed.
        var zip = new ZipOutputStream(output) { IsStreamOwner = false, UseZip64 = UseZip64.Dynamic };
        zip.SetLevel(Level);
        foreach (var item in items)
        {
            if (item.OpenAsync is null)
            {
                zip.PutNextEntry(Describe(item.Name, FolderRights, 0));
                continue;
            }

            using var content = await item.OpenContentAsync(cancellationToken).ConfigureAwait(false);
            zip.PutNextEntry(Describe(item.Name, FileRights, content.Length));
            content.CopyTo(zip, BufferSize);
            files.Add(content.Describe());
        }

        zip.Finish();
        return files;
    }

    private static ZipEntry Describe(string name, int rights, long size)
    {
        var entry = new ZipEntry(name)
        {
            DateTime = Packer.Time.DateTime,
            IsUnicodeText = true,
            // Always Unix: of entries made on DOS, common programs take the names to be in an old code page, whatever the flag says.
            HostSystem = (int)HostSystemID.Unix,
            ExternalFileAttributes = rights,
            Size = size,
            CompressionMethod = Packer.IsPackedAlready(name) ? CompressionMethod.Stored : CompressionMethod.Deflated,
        };
        if (size >= LargeSize)
            entry.ForceZip64();
        return entry;
    }
}
