using System.Security.Cryptography;

namespace Snet.Protocol;

/// <summary>How a publisher's tool cuts a file into IPFS blocks: chunks as leaves of a balanced tree of dag-pb nodes (protocol a.3).</summary>
/// <param name="ChunkSize">The most bytes of the file in one leaf.</param>
/// <param name="RawLeaves">Whether leaves are the bare chunks (CIDv1 raw) or dag-pb nodes around them.</param>
/// <param name="MaxLinks">The most children of a node.</param>
/// <seealso href="https://specs.ipfs.tech/unixfs/">UnixFS</seealso>
internal sealed record UnixFsLayout(int ChunkSize, bool RawLeaves, int MaxLinks)
{
    /// <summary>What <c>ipfs add</c> does by default; the only layout of CIDv0.</summary>
    public static readonly UnixFsLayout Version0 = new(256 << 10, RawLeaves: false, MaxLinks: 174);

    /// <summary>All that tools do by default: <see cref="Version0"/>, and CIDv1 before and after the profile of 2025 (IPIP-499).</summary>
    public static readonly IReadOnlyList<UnixFsLayout> Known =
        [Version0, Version0 with { RawLeaves = true }, new(1 << 20, RawLeaves: true, MaxLinks: 1024)];

    private static readonly byte[] Sha256Prefix = [0x12, 32]; // multihash: the function, then the length in bytes

    /// <summary>Gives codec and SHA2-256 of the root block that the content has in this layout.</summary>
    public (byte Codec, byte[] Hash) Root(ReadOnlySpan<byte> content)
    {
        var level = new List<Block>();
        for (var start = 0; start == 0 || start < content.Length; start += ChunkSize)
            level.Add(Leaf(content[start..Math.Min(start + ChunkSize, content.Length)]));
        while (level.Count > 1)
            level = [.. level.Chunk(MaxLinks).Select(Parent)];
        return (level[0].Codec, level[0].Hash);
    }

    // Chunks are hashed where they lie, between what stands before and behind them.
    private Block Leaf(ReadOnlySpan<byte> chunk)
    {
        if (RawLeaves)
            return new Block(ContentId.Raw, SHA256.HashData(chunk), chunk.Length, chunk.Length);
        var size = Field(3, chunk.Length);
        byte[] file = [.. Field(1, 2), .. chunk.IsEmpty ? [] : Header(2, chunk.Length)]; // UnixFS: type 2, a file, and its data
        byte[] before = [.. Header(1, file.Length + chunk.Length + size.Length), .. file];

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(chunk);
        hash.AppendData(size);
        return new Block(ContentId.DagPb, hash.GetHashAndReset(), before.Length + chunk.Length + size.Length, chunk.Length);
    }

    // A node names each child by id, empty name and the bytes below it, then tells how much of the file each one holds.
    private Block Parent(Block[] children)
    {
        var node = new List<byte>();
        var file = new List<byte>([.. Field(1, 2), .. Field(3, children.Sum(child => child.FileSize))]);
        foreach (var child in children)
        {
            byte[] id = [.. RawLeaves ? [1, child.Codec] : (byte[])[], .. Sha256Prefix, .. child.Hash]; // raw leaves are CIDv1, and all others then
            byte[] link = [.. Header(1, id.Length), .. id, .. Header(2, 0), .. Field(3, child.TreeSize)];
            node.AddRange([.. Header(2, link.Length), .. link]);
            file.AddRange(Field(4, child.FileSize));
        }

        byte[] block = [.. node, .. Header(1, file.Count), .. file];
        return new Block(
            ContentId.DagPb, SHA256.HashData(block), block.Length + children.Sum(child => child.TreeSize), children.Sum(child => child.FileSize));
    }

    // Protobuf: a number, and the head of a field that has a length.
    private static byte[] Field(int number, long value) => [(byte)(number << 3), .. Varint(value)];

    private static byte[] Header(int number, long length) => [(byte)((number << 3) | 2), .. Varint(length)];

    private static List<byte> Varint(long value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }

    // Sizes in bytes: of the block and all below it, and of the part of the file in it.
    private readonly record struct Block(byte Codec, byte[] Hash, long TreeSize, long FileSize);
}
