using System.Diagnostics.CodeAnalysis;

namespace Snet.Sdk.Training;

/// <summary>One entry of an archive, as an <see cref="IDatasetReader"/> gives it.</summary>
[Experimental("SNET001")]
public sealed class DatasetEntry
{
    private readonly Func<Stream> _openContent;

    /// <summary>Describes an entry.</summary>
    /// <param name="name">The name with its folders, as the archive has it, unchanged.</param>
    /// <param name="size">The unpacked size that the archive states, in bytes; -1 when it states none.</param>
    /// <param name="openContent">
    /// Opens the unpacked content. Called once at most, and before the next entry is asked for. May throw
    /// <see cref="InvalidDataException"/> when the content is damaged and <see cref="NotSupportedException"/> when the reader cannot
    /// unpack this one entry.
    /// </param>
    public DatasetEntry(string name, long size, Func<Stream> openContent)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, -1);
        ArgumentNullException.ThrowIfNull(openContent);

        (Name, Size, _openContent) = (name, size, openContent);
    }

    /// <summary>The name with its folders, as the archive has it.</summary>
    public string Name { get; }

    /// <summary>The unpacked size that the archive states, in bytes; -1 when it states none.</summary>
    public long Size { get; }

    /// <summary>What the entry is; a file unless said otherwise.</summary>
    public DatasetEntryType Type { get; init; }

    /// <summary>Whether a password is needed to read the content. It is then not opened.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The CRC-32 of the content that the archive states, where it does.</summary>
    internal uint? Crc { get; init; }

    /// <summary>Whether the archive's own table says that no other entry has this content: none has its size and checksum.</summary>
    internal bool IsOneOfAKind { get; init; }

    /// <summary>Opens the unpacked content; whoever calls this disposes of the stream.</summary>
    /// <returns>A stream that need not seek.</returns>
    public Stream OpenContent() => _openContent();

    /// <summary>Gives the <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
