using System.Text;

namespace Snet.Protocol;

/// <summary>Where a piece of metadata is stored (protocol a.2).</summary>
internal enum MetadataStorage
{
    /// <summary>IPFS: <c>ipfs://</c>, or no scheme at all, as the daemon reads it.</summary>
    Ipfs,

    /// <summary>The Lighthouse gateway: <c>filecoin://</c>.</summary>
    Filecoin,
}

/// <summary>A pointer to metadata or to a proto archive, as the Registry and service metadata hold it (protocol a.1, a.2).</summary>
/// <param name="Storage">Where it is stored.</param>
/// <param name="Content">What it must hash to.</param>
internal sealed record MetadataUri(MetadataStorage Storage, ContentId Content)
{
    private const string IpfsScheme = "ipfs://";
    private const string FilecoinScheme = "filecoin://";

    /// <summary>Reads what the Registry stores: text, filled up with zero bytes by most publishers.</summary>
    /// <exception cref="FormatException">It is empty, or points to no content id.</exception>
    public static MetadataUri Parse(ReadOnlySpan<byte> stored) => Parse(Bytes32.ToText(stored));

    /// <summary>Reads a pointer's text.</summary>
    /// <exception cref="FormatException">It is empty, or points to no content id.</exception>
    public static MetadataUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (storage, scheme) = text.StartsWith(FilecoinScheme, StringComparison.Ordinal)
            ? (MetadataStorage.Filecoin, FilecoinScheme)
            : (MetadataStorage.Ipfs, text.StartsWith(IpfsScheme, StringComparison.Ordinal) ? IpfsScheme : "");
        return ContentId.TryParse(text[scheme.Length..], out var content)
            ? new MetadataUri(storage, content)
            : throw new FormatException(
                $"The metadata URI '{Shown.Of(text)}' cannot be used. Expected ipfs:// or filecoin:// and a content id (Qm… or baf…).");
    }

    /// <summary>Gives the bytes that a publisher stores: the text, and zero bytes up to the next multiple of 32, at least one.</summary>
    public byte[] ToStoredBytes()
    {
        var text = Encoding.ASCII.GetBytes(ToString());
        Array.Resize(ref text, 32 * ((text.Length / 32) + 1));
        return text;
    }

    /// <inheritdoc/>
    public override string ToString() => (Storage == MetadataStorage.Filecoin ? FilecoinScheme : IpfsScheme) + Content;
}
