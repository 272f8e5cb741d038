using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Snet.Ethereum;

/// <summary>A private key in a file, encrypted with a password: Web3 Secret Storage, version 3, as geth, MetaMask's exporters and ethers write it.</summary>
/// <seealso href="https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage">Web3 Secret Storage Definition</seealso>
internal static class Keystore
{
    /// <summary>The most bytes that are read; keystores have some 500.</summary>
    public const int MaxSize = 64 << 10;

    private const string Cipher = "aes-128-ctr";
    private const int BlockSize = 16;

    /// <summary>Takes the key out.</summary>
    /// <param name="json">The keystore.</param>
    /// <param name="password">The password.</param>
    /// <returns>The key; null when the password is another one.</returns>
    /// <exception cref="FormatException">It is no keystore of version 3, or one that asks for more memory or time than any wallet's does.</exception>
    public static PrivateKey? Decrypt(ReadOnlyMemory<byte> json, ReadOnlySpan<char> password)
    {
        using var document = KeystoreReader.Parse(json);
        var keystore = new KeystoreReader(document.RootElement);
        if (!keystore.Number("version").Equals(3))
            throw new FormatException("This keystore is of another version than 3, which alone can be read.");
        var crypto = keystore.Object("crypto");
        if (crypto.Text("cipher") != Cipher)
            throw new FormatException($"This keystore is encrypted in another way than {Cipher}, which alone can be read.");
        var encrypted = crypto.Bytes("ciphertext", PrivateKey.Size);
        var iv = crypto.Object("cipherparams").Bytes("iv", BlockSize);
        var mac = crypto.Bytes("mac", Keccak256.Size);
        var kdf = KeystoreKdf.Read(crypto.Text("kdf"), crypto.Object("kdfparams"));
        return Open(kdf, encrypted, iv, mac, password) is { } key ? Checked(key, keystore.OptionalText("address")) : null;
    }

    /// <summary>Encrypts a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="password">The password.</param>
    /// <param name="cost">How much memory and time it takes to try a password: 2^18 means 256 MiB and about a second. A power of two.</param>
    /// <returns>The keystore's JSON.</returns>
    public static string Encrypt(PrivateKey key, ReadOnlySpan<char> password, int cost = KeystoreKdf.StandardCost)
    {
        var kdf = new KeystoreKdf.Scrypt(RandomNumberGenerator.GetBytes(32), cost, 8, 1);
        var iv = RandomNumberGenerator.GetBytes(BlockSize);
        var characters = password.ToArray();
        var derived = Derive(kdf, characters);
        try
        {
            var encrypted = key.Use(bytes => Crypt(derived, iv, bytes));
            return new JsonObject
            {
                ["version"] = 3,
                ["id"] = Guid.NewGuid().ToString(),
                ["address"] = key.Address.ToLowerString()[2..],
                ["crypto"] = new JsonObject
                {
                    ["cipher"] = Cipher,
                    ["cipherparams"] = new JsonObject { ["iv"] = Convert.ToHexStringLower(iv) },
                    ["ciphertext"] = Convert.ToHexStringLower(encrypted),
                    ["kdf"] = "scrypt",
                    ["kdfparams"] = new JsonObject
                    {
                        ["dklen"] = KeystoreKdf.KeySize, ["n"] = kdf.Cost, ["r"] = kdf.BlockSize, ["p"] = kdf.Parallel, ["salt"] = Convert.ToHexStringLower(kdf.Salt),
                    },
                    ["mac"] = Convert.ToHexStringLower(Mac(derived, encrypted)),
                },
            }.ToJsonString();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            Array.Clear(characters);
        }
    }

    /// <summary>Encrypts or decrypts the two blocks of a key: AES in counter mode (NIST SP 800-38A, 6.5), each masked with the encrypted counter, which begins at iv.</summary>
    internal static byte[] Crypt(ReadOnlySpan<byte> derived, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> data)
    {
        Span<byte> counters = stackalloc byte[PrivateKey.Size];
        Span<byte> mask = stackalloc byte[PrivateKey.Size];
        iv.CopyTo(counters);
        iv.CopyTo(counters[BlockSize..]);
        for (var i = counters.Length - 1; i >= BlockSize && ++counters[i] == 0; i--)
            continue; // the carry goes on to the next byte
        using var aes = Aes.Create();
        aes.SetKey(derived[..BlockSize]);
        aes.EncryptEcb(counters, mask, PaddingMode.None);
        var result = new byte[PrivateKey.Size];
        for (var i = 0; i < result.Length; i++)
            result[i] = (byte)(data[i] ^ mask[i]);
        CryptographicOperations.ZeroMemory(mask);
        return result;
    }

    // geth hashes the password as it was typed, ethers in Unicode's form KC; for most passwords they are one.
    private static PrivateKey? Open(KeystoreKdf kdf, byte[] encrypted, byte[] iv, byte[] mac, ReadOnlySpan<char> password)
    {
        var typed = password.ToArray();
        char[] normal = [];
        try
        {
            if (TryOpen(kdf, encrypted, iv, mac, typed) is { } key)
                return key;
            if (Ascii.IsValid(password))
                return null;
            normal = UnicodeText.Normalize(password, NormalizationForm.FormKC);
            return normal.AsSpan().SequenceEqual(typed) ? null : TryOpen(kdf, encrypted, iv, mac, normal);
        }
        finally
        {
            Array.Clear(typed);
            Array.Clear(normal);
        }
    }

    private static PrivateKey? TryOpen(KeystoreKdf kdf, byte[] encrypted, byte[] iv, byte[] mac, char[] password)
    {
        var derived = Derive(kdf, password);
        byte[]? key = null;
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(Mac(derived, encrypted), mac))
                return null;
            key = Crypt(derived, iv, encrypted);
            return Secp256k1.IsPrivateKey(key) ? new PrivateKey(key) : throw new FormatException("The keystore holds no private key of secp256k1.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Derive(KeystoreKdf kdf, char[] password)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            return kdf.Derive(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static byte[] Mac(ReadOnlySpan<byte> derived, ReadOnlySpan<byte> encrypted) => Keccak256.Hash(derived[16..], encrypted);

    // Some wallets leave the address out. Where it stands and is another's, the file was mixed up or tampered with.
    private static PrivateKey Checked(PrivateKey key, string? address)
    {
        if (address is null or "" || (EthereumAddress.TryParse(address.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? address : "0x" + address, out var named) && named == key.Address))
            return key;
        key.Dispose();
        throw new FormatException("The keystore's address is not that of the key in it.");
    }
}
