using Org.BouncyCastle.Crypto.Digests;

namespace Snet.Ethereum;

/// <summary>Keccak-256 as Ethereum uses it: the original padding, not that of NIST's SHA3-256.</summary>
internal static class Keccak256
{
    /// <summary>The number of bytes in a hash.</summary>
    public const int Size = 32;

    // One for each thread: it is wiped when a hash is taken, and ready for the next.
    [ThreadStatic]
    private static KeccakDigest? _digest;

    /// <summary>Hashes bytes.</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] Hash(ReadOnlySpan<byte> data) => Hash(data, default);

    /// <summary>Hashes two pieces as if they were one after the other.</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var digest = _digest ??= new KeccakDigest(256);
        Update(digest, first);
        Update(digest, second);
        var hash = new byte[Size];
        digest.DoFinal(hash, 0);
        return hash;
    }

    private static void Update(KeccakDigest digest, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        var bytes = data.ToArray(); // the library of this version takes arrays only
        digest.BlockUpdate(bytes, 0, bytes.Length);
    }
}
