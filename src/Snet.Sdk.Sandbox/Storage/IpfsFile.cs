using System.Security.Cryptography;
using SimpleBase;

namespace Snet.Sdk.Sandbox.Storage;

/// <summary>A file as <c>ipfs add</c> stores it by default: chunks of 256 KiB in dag-pb nodes, at most 174 links to a node (protocol a.3).</summary>
/// <remarks>Written apart from the client's own reading of these rules, so that one mistake does not hide in both.</remarks>
internal sealed class IpfsFile
{
    private const int ChunkSize = 256 * 1024;
    private const int MaxLinks = 174;

    private readonly List<(byte[] Hash, byte[] Block)> _blocks = [];

    /// <summary>Cuts content into blocks.</summary>
    public IpfsFile(ReadOnlySpan<byte> content)
    {
        Content = content.ToArray();
        var level = new List<Node>();
        do
        {
            var chunk = content[..Math.Min(ChunkSize, content.Length)];
            content = content[chunk.Length..];
            level.Add(Leaf(chunk));
        }
        while (!content.IsEmpty);
        while (level.Count > 1)
            level = [.. level.Chunk(MaxLinks).Select(Parent)];
        Root = level[0].Hash;
    }

    /// <summary>The file's bytes.</summary>
    public byte[] Content { get; }

    /// <summary>The SHA2-256 of the root block.</summary>
    public byte[] Root { get; }

    /// <summary>The blocks with the SHA2-256 of each.</summary>
    public IReadOnlyList<(byte[] Hash, byte[] Block)> Blocks => _blocks;

    /// <summary>Writes the content id of a dag-pb block, version 0 (<c>Qm…</c>).</summary>
    public static string Version0(byte[] hash) => Base58.Bitcoin.Encode([0x12, 0x20, .. hash]);

    /// <summary>Writes a content id of version 1 in base32 (<c>baf…</c>).</summary>
    /// <param name="codec">0x70 for a dag-pb block, 0x55 for the bare bytes.</param>
    /// <param name="hash">The SHA2-256.</param>
    public static string Version1(byte codec, byte[] hash) => "b" + Base32.FileCoin.Encode([1, codec, 0x12, 0x20, .. hash]);

    private Node Leaf(ReadOnlySpan<byte> chunk)
    {
        byte[] file = [.. Number(1, 2), .. chunk.IsEmpty ? [] : Bytes(2, chunk), .. Number(3, chunk.Length)];
        return Store(Bytes(1, file), below: 0, chunk.Length);
    }

    private Node Parent(Node[] children)
    {
        var size = children.Sum(child => child.FileSize);
        byte[] file = [.. Number(1, 2), .. Number(3, size), .. children.SelectMany(child => Number(4, child.FileSize))];
        byte[] block = [.. children.SelectMany(Link), .. Bytes(1, file)];
        return Store(block, children.Sum(child => child.TreeSize), size);
    }

    private static byte[] Link(Node child) => Bytes(2, [.. Bytes(1, [0x12, 0x20, .. child.Hash]), .. Bytes(2, []), .. Number(3, child.TreeSize)]);

    private Node Store(byte[] block, long below, long fileSize)
    {
        var hash = SHA256.HashData(block);
        _blocks.Add((hash, block));
        return new Node(hash, block.Length + below, fileSize);
    }

    // Protobuf fields: a number, and bytes behind their length.
    private static byte[] Number(int field, long value) => [(byte)(field << 3), .. Varint(value)];

    private static byte[] Bytes(int field, ReadOnlySpan<byte> value) => [(byte)((field << 3) | 2), .. Varint(value.Length), .. value];

    private static byte[] Varint(long value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];

    private readonly record struct Node(byte[] Hash, long TreeSize, long FileSize);
}
