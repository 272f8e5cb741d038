using System.Buffers;
using System.Collections;

namespace Snet.Grpc;

/// <summary>Headers or trailers of a call: an ordered list in which a name may occur several times.</summary>
/// <remarks>Names are lower case; names that end in <c>-bin</c> carry bytes (base64 on the wire), all others printable ASCII.</remarks>
internal sealed class GrpcMetadata : IEnumerable<GrpcMetadataEntry>
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-_.");
    private readonly List<GrpcMetadataEntry> _entries = [];

    /// <summary>How many values there are, over all names.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds a text.</summary>
    /// <exception cref="ArgumentException">The name or the value cannot travel as a text header.</exception>
    public void Add(string name, string value)
    {
        CheckName(name, binary: false);
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException($"The value of header '{name}' holds characters outside of printable ASCII; use a name that ends in -bin.", nameof(value));
        _entries.Add(new GrpcMetadataEntry(name, value));
    }

    /// <summary>Adds bytes under a name that ends in <c>-bin</c>. The bytes are copied.</summary>
    /// <exception cref="ArgumentException">The name does not end in <c>-bin</c> or cannot be a header's name.</exception>
    public void Add(string name, ReadOnlySpan<byte> value)
    {
        CheckName(name, binary: true);
        _entries.Add(new GrpcMetadataEntry(name, value.ToArray()));
    }

    /// <summary>Adds a value as it already is: read from the wire, or taken from another list.</summary>
    public void Add(GrpcMetadataEntry entry) => _entries.Add(entry);

    /// <summary>Gives the first text of this name, or <c>null</c>.</summary>
    public string? GetString(string name)
    {
        foreach (var entry in _entries)
        {
            if (!entry.IsBinary && entry.Name == name)
                return entry.Text;
        }

        return null;
    }

    /// <summary>Gives the first bytes of this name, or <c>null</c>.</summary>
    public byte[]? GetBytes(string name)
    {
        foreach (var entry in _entries)
        {
            if (entry.IsBinary && entry.Name == name)
                return entry.Bytes;
        }

        return null;
    }

    /// <summary>Gives all values of this name in their order.</summary>
    public IEnumerable<GrpcMetadataEntry> GetAll(string name) => _entries.Where(entry => entry.Name == name);

    /// <summary>Goes through all values in their order.</summary>
    public List<GrpcMetadataEntry>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    IEnumerator<GrpcMetadataEntry> IEnumerable<GrpcMetadataEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void CheckName(string name, bool binary)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().ContainsAnyExcept(NameCharacters))
            throw new ArgumentException($"'{name}' cannot be a header's name: digits, lower case letters, '-', '_' and '.' only.", nameof(name));
        if (GrpcMetadataEntry.IsBinaryName(name) != binary)
            throw new ArgumentException($"Header '{name}' takes {(binary ? "text: bytes need a name that ends in -bin" : "bytes: its name ends in -bin")}.", nameof(name));
    }
}
