using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using SimpleBase;

namespace Snet.Protocol;

/// <summary>An IPFS content id (CID) of one file: CIDv0 (<c>Qm…</c>) or CIDv1 in base32 (<c>baf…</c>), SHA2-256 only (protocol a.3).</summary>
/// <remarks>
/// Reading is strict, because the text goes into URLs and its hash is all that protects what comes back: only the one canonical
/// spelling of an id is taken. Two ids are equal when their texts are.
/// </remarks>
/// <seealso href="https://github.com/multiformats/cid">Content identifiers</seealso>
internal sealed class ContentId : IEquatable<ContentId>
{
    /// <summary>Multicodec: the block is the content.</summary>
    public const byte Raw = 0x55;

    /// <summary>Multicodec: the block is a node of a tree.</summary>
    public const byte DagPb = 0x70;

    private static readonly byte[] Sha256Prefix = [0x12, 32]; // multihash: the function, then the length in bytes

    private readonly string _text;
    private readonly byte _codec;
    private readonly byte[] _hash;

    private ContentId(string text, byte codec, byte[] hash) => (_text, _codec, _hash) = (text, codec, hash);

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">It is none, or of a kind that cannot be verified here.</exception>
    public static ContentId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var id) ? id : throw new FormatException(
            $"'{Shown.Of(text)}' is no content id that can be verified. "
            + "Expected CIDv0 (Qm…) or CIDv1 in base32 (baf…) with SHA2-256, raw or dag-pb.");
    }

    /// <summary>Reads an id without throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ContentId? id)
    {
        id = text switch
        {
            { Length: 46 } => FromVersion0(text),
            { Length: 59 } when text[0] == 'b' => FromVersion1(text),
            _ => null,
        };
        return id is not null;
    }

    /// <summary>Gives the CIDv0 under which <c>ipfs add</c> files content with its default settings.</summary>
    public static ContentId OfFile(ReadOnlySpan<byte> content)
    {
        var (_, hash) = UnixFsLayout.Version0.Root(content);
        return new ContentId(Base58.Bitcoin.Encode([.. Sha256Prefix, .. hash]), DagPb, hash);
    }

    /// <summary>Whether the content is what the id names.</summary>
    /// <remarks>
    /// A dag-pb id hashes the tree of blocks, which is rebuilt from the content in each layout that publishers' tools make by default.
    /// A tree built with other settings does not match: false means not proven, and content that is not proven is not used.
    /// </remarks>
    public bool Matches(ReadOnlySpan<byte> content)
    {
        if (_codec == Raw)
            return SHA256.HashData(content).AsSpan().SequenceEqual(_hash);
        foreach (var layout in UnixFsLayout.Known)
        {
            var (codec, hash) = layout.Root(content); // the codec counts: else a node's own bytes would pass for the file in it
            if (codec == _codec && hash.AsSpan().SequenceEqual(_hash))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(ContentId? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ContentId);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Gives the id's text: ASCII letters and digits only, safe in a URL.</summary>
    public override string ToString() => _text;

    // Base58 of the multihash alone.
    private static ContentId? FromVersion0(string text)
    {
        Span<byte> bytes = stackalloc byte[46];
        return Base58.Bitcoin.TryDecode(text, bytes, out var length) && length == 34 && bytes.StartsWith(Sha256Prefix)
            ? new ContentId(text, DagPb, bytes[2..34].ToArray())
            : null;
    }

    // "b" for base32, then version, codec and multihash. The decoder takes upper case, too: encoding again tells.
    private static ContentId? FromVersion1(string text)
    {
        Span<byte> bytes = stackalloc byte[46];
        if (!Base32.FileCoin.TryDecode(text.AsSpan(1), bytes, out var length) || length != 36)
            return null;
        var valid = bytes[0] == 1 && bytes[1] is Raw or DagPb && bytes[2..].StartsWith(Sha256Prefix)
            && text.AsSpan(1).SequenceEqual(Base32.FileCoin.Encode(bytes[..36]));
        return valid ? new ContentId(text, bytes[1], bytes[4..36].ToArray()) : null;
    }
}
