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

    /// <summary>Writes the entries in the order given.</summary>
    public static void Write(IReadOnlyList<FolderEntry> entries, ArchiveKind kind, Stream output, CancellationToken cancellationToken)
    {
        if (kind == ArchiveKind.TarGz)
            WriteGzip(entries, output, cancellationToken);
        else if (kind == ArchiveKind.TarBz2)
            WriteBzip2(entries, output, cancellationToken);
        else
            WriteTar(entries, output, cancellationToken);
    }

    private static void WriteGzip(IReadOnlyList<FolderEntry> entries, Stream output, CancellationToken cancellationToken)
    {
        using (var gzip = new GZipOutputStream(output) { IsStreamOwner = false })
        {
            WriteTar(entries, gzip, cancellationToken, entry => gzip.SetLevel(PackedFile.IsPackedAlready(entry.Name) ? 0 : Level));
        }

        // The library notes the present time in the header; zero is the format's word for none.
        output.Position = GzipTimeOffset;
        output.Write([0, 0, 0, 0]);
    }

    private static void WriteBzip2(IReadOnlyList<FolderEntry> entries, Stream output, CancellationToken cancellationToken)
    {
        using var bzip2 = new BZip2OutputStream(output) { IsStreamOwner = false };
        WriteTar(entries, bzip2, cancellationToken);
    }

    private static void WriteTar(
        IReadOnlyList<FolderEntry> entries, Stream output, CancellationToken cancellationToken, Action<FolderEntry>? prepare = null)
    {
        if (entries.Count == 0)
            output.Write(new byte[EndMarkSize]); // the library writes none for a tar without entries
        using var tar = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            prepare?.Invoke(entry);
            using var content = entry.File is null ? null : entry.Open();
            tar.WriteEntry(content is null
                ? Describe(TarEntryType.Directory, entry.Name, FolderRights)
                : WithContent(Describe(TarEntryType.RegularFile, entry.Name, FileRights), content));
        }
    }

    private static GnuTarEntry Describe(TarEntryType type, string name, UnixFileMode rights) =>
        new(type, name) { ModificationTime = PackedFile.Time, Mode = rights };

    private static GnuTarEntry WithContent(GnuTarEntry entry, Stream content)
    {
        entry.DataStream = content; // which a folder's entry refuses, even for none
        return entry;
    }
}
