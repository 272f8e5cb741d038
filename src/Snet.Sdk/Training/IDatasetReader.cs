using System.Diagnostics.CodeAnalysis;

namespace Snet.Sdk.Training;

/// <summary>
/// Reads a kind of archive that the SDK does not read by itself, such as 7z or rar, so that such datasets are checked too before
/// they are sent. Bring the library of your choice.
/// </summary>
/// <remarks>
/// zip, tar, tar.gz and tar.bz2 are read by the SDK. Readers are asked in their order, and the first that can read a dataset does.
/// They are used from one thread at a time for one dataset, and for several datasets at once.
/// </remarks>
[Experimental("SNET001")]
public interface IDatasetReader
{
    /// <summary>The kind of archive, in the word that providers use for it: <c>7z</c>, <c>rar</c>.</summary>
    string Kind { get; }

    /// <summary>Says whether a dataset is of this kind.</summary>
    /// <param name="fileName">The name of the dataset, without folders.</param>
    /// <param name="firstBytes">The first 512 bytes of its content, or all when there are fewer.</param>
    bool CanRead(string fileName, ReadOnlySpan<byte> firstBytes);

    /// <summary>Lists the entries in the order in which the archive has them.</summary>
    /// <remarks>
    /// A damaged archive is an <see cref="InvalidDataException"/>, here and in the content of the entries; an archive that is in order
    /// and that the reader cannot go on with is a <see cref="NotSupportedException"/>. Any other exception ends the whole check.
    /// </remarks>
    /// <param name="archive">The archive, at its start; it can seek, and stays open.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<DatasetEntry> ReadAsync(Stream archive, CancellationToken cancellationToken = default);
}
