using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Snet.Ethereum;

/// <summary>Private keys that come from one seed along a path of numbers (BIP-32).</summary>
/// <seealso href="https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki">BIP-32</seealso>
internal static class HdKey
{
    private const uint Hardened = 0x8000_0000;

    /// <summary>Gives the key of an Ethereum account: m/44'/60'/0'/0/index, as wallets number them (BIP-44).</summary>
    /// <exception cref="FormatException">There is no key at this place, which happens once in 2^127 times: take another index.</exception>
    public static PrivateKey DeriveEthereum(ReadOnlySpan<byte> seed, uint index) =>
        Derive(seed, [44 + Hardened, 60 + Hardened, Hardened, 0, index]);

    /// <summary>Gives the key at the end of a path.</summary>
    /// <param name="seed">16 to 64 bytes.</param>
    /// <param name="path">The numbers of the path; hardened ones have the highest bit set.</param>
    /// <exception cref="FormatException">There is no key at this place, which happens once in 2^127 times.</exception>
    public static PrivateKey Derive(ReadOnlySpan<byte> seed, ReadOnlySpan<uint> path)
    {
        Span<byte> node = stackalloc byte[HMACSHA512.HashSizeInBytes]; // the key, and behind it the chain code
        try
        {
            HMACSHA512.HashData("Bitcoin seed"u8, seed, node);
            if (!Secp256k1.IsPrivateKey(node[..32]))
                throw NoKey();
            foreach (var number in path)
                Step(node, number);
            return new PrivateKey(node[..32]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(node);
        }
    }

    // CKDpriv of BIP-32: hardened children hash the private key, others the public one.
    private static void Step(Span<byte> node, uint number)
    {
        Span<byte> data = stackalloc byte[37];
        Span<byte> hash = stackalloc byte[HMACSHA512.HashSizeInBytes];
        byte[]? child = null;
        try
        {
            data[0] = 0;
            if (number >= Hardened)
                node[..32].CopyTo(data[1..]);
            else
                Secp256k1.CompressedPublicKey(node[..32]).CopyTo(data);
            BinaryPrimitives.WriteUInt32BigEndian(data[33..], number);
            HMACSHA512.HashData(node[32..], data, hash);
            child = Secp256k1.AddKeys(node[..32], hash[..32]) ?? throw NoKey();
            child.CopyTo(node);
            hash[32..].CopyTo(node[32..]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(data);
            CryptographicOperations.ZeroMemory(hash);
            CryptographicOperations.ZeroMemory(child);
        }
    }

    private static FormatException NoKey() => new("The seed has no key at this place; take another index.");
}
