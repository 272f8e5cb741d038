using System.Globalization;
using System.Text;

namespace Snet.Ethereum;

/// <summary>Signed messages (EIP-191) and the address behind a signature.</summary>
/// <seealso href="https://eips.ethereum.org/EIPS/eip-191">EIP-191</seealso>
internal static class EthereumMessage
{
    private static readonly byte[] PrefixOfHash = Prefix(Keccak256.Size); // what the platform signs is a hash each time

    /// <summary>Hashes a message with the prefix that keeps it from ever being a transaction.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        return Keccak256.Hash(message.Length == Keccak256.Size ? PrefixOfHash : Prefix(message.Length), message);
    }

    private static byte[] Prefix(int length) => Encoding.ASCII.GetBytes("\u0019Ethereum Signed Message:\n" + length.ToString(CultureInfo.InvariantCulture));

    /// <summary>Finds who signed a message.</summary>
    /// <param name="message">The message without prefix.</param>
    /// <param name="signature">65 bytes; the last is 0, 1, 27 or 28.</param>
    /// <returns>The signer; null when the signature has another form or no key can have made it.</returns>
    public static EthereumAddress? Recover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != Secp256k1.SignatureSize || signature[64] is not (0 or 1 or 27 or 28))
            return null;
        return RecoverHash(Hash(message), signature[..64], signature[64] % 27);
    }

    /// <summary>Finds who signed a hash.</summary>
    /// <returns>The signer; null when no key can have made the signature.</returns>
    public static EthereumAddress? RecoverHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> rs, int recoveryId) =>
        Secp256k1.Recover(hash, rs, recoveryId) is { } key ? AddressOf(key) : null;

    /// <summary>Gives the address of a public key: the last 20 bytes of its hash.</summary>
    public static EthereumAddress AddressOf(ReadOnlySpan<byte> publicKey) => new(Keccak256.Hash(publicKey).AsSpan(12));
}
