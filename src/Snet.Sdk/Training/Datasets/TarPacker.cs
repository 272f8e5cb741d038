using System.Formats.Tar;
using ICSharpCode.SharpZipLib.BZip2;
using ICSharpCode.SharpZipLib.GZip;

namespace Snet.Sdk.Training.Datasets;

/// <summary>
/// Writes tar, plain or compressed. In the GNU form: the POSIX one notes the process id for long names. Compressed by SharpZipLib, for the
/// reason that <see cref="ZipPacker"/> gives.
/// </summary>
internal static class TarPacker
{
    private const int Level = 6;
    private const int GzipTimeOffset = 4;
    private const int EndMarkSize = 1024;
    private const UnixFileMode FileRights =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode FolderRights =
        FileRights | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes the items in the order given.</summary>
    public static Task<IReadOnlyList<DatasetFile>> WriteAsync(
        IReadOnlyList<PackItem> items, ArchiveKind kind, Stream output, CancellationToken cancellationToken) =>
        kind == ArchiveKind.TarGz ? WriteGzipAsync(items, output, cancellationToken)
        : kind == ArchiveKind.TarBz2 ? WriteBzip2Async(items, output, cancellationToken)
        : WriteTarAsync(items, output, null, cancellationToken);

    private static async Task<IReadOnlyList<DatasetFile>> WriteGzipAsync(
        IReadOnlyList<PackItem> items, Stream output, CancellationToken cancellationToken)
    {
        IReadOnlyList<DatasetFile> files;
        using (var gzip = new GZipOutputStream(output) { IsStreamOwner = false })
        {
            void SetLevel(PackItem item) => gzip.SetLevel(Packer.IsPackedAlready(item.Name) ? 0 : Level);
            files = await WriteTarAsync(items, gzip, SetLevel, cancellationToken).ConfigureAwait(false);
        }

        // The library notes the present time in the header; zero is the format's word for none.
        output.Position = GzipTimeOffset;
        output.Write([0, 0, 0, 0]);
        return files;
    }

    private static async Task<IReadOnlyList<DatasetFile>> WriteBzip2Async(
        IReadOnlyList<PackItem> items, Stream output, CancellationToken cancellationToken)
    {
        using var bzip2 = new BZip2OutputStream(output) { IsStreamOwner = false };
        return await WriteTarAsync(items, bzip2, null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<DatasetFile>> WriteTarAsync(
        IReadOnlyList<PackItem> items, Stream output, Action<PackItem>? prepare, CancellationToken cancellationToken)
    {
        var files = new List<DatasetFile>();
        if (items.Count == 0)
            output.Write(new byte[EndMarkSize]); // the library writes none for a tar without entries
        using var tar = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var item in items)
        {
            prepare?.Invoke(item);
            if (item.OpenAsync is null)
            {
                tar.WriteEntry(Describe(TarEntryType.Directory, item.Name, FolderRights));
                continue;
            }

            using var content = await item.OpenContentAsync(cancellationToken).ConfigureAwait(false);
            var entry = Describe(TarEntryType.RegularFile, item.Name, FileRights);
            entry.DataStream = content; // which a folder's entry refuses, even for none
            tar.WriteEntry(entry);
            files.Add(content.Describe());
        }

        return files;
    }

    private static GnuTarEntry Describe(TarEntryType type, string name, UnixFileMode rights) =>
        new(type, name) { ModificationTime = Packer.Time, Mode = rights };
}
