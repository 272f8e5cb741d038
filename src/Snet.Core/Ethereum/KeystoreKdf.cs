using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;

namespace Snet.Ethereum;

/// <summary>How a keystore's password becomes a key, slowly on purpose. What a file asks for is bounded: it must not use up memory or time.</summary>
internal abstract class KeystoreKdf(byte[] salt)
{
    /// <summary>The number of bytes that come out: 16 to encrypt, 16 to prove the password.</summary>
    public const int KeySize = 32;

    /// <summary>The cost that geth takes: 256 MiB.</summary>
    public const int StandardCost = 1 << 18;

    private const long MaxMemory = 512 << 20; // bytes; twice what geth's standard takes
    private const long MaxWork = 1 << 24; // rounds of scrypt, eight times geth's standard: some ten seconds
    private const int MaxIterations = 10_000_000; // of PBKDF2, 38 times geth's standard

    public byte[] Salt => salt;

    /// <summary>Reads the parameters.</summary>
    /// <exception cref="FormatException">They are unknown, malformed, or beyond all reason.</exception>
    public static KeystoreKdf Read(string name, KeystoreReader parameters)
    {
        if (parameters.Number("dklen") != KeySize)
            throw new FormatException($"The keystore's 'dklen' is not {KeySize}, which alone can be read.");
        return name.ToLowerInvariant() switch
        {
            "scrypt" => ReadScrypt(parameters),
            "pbkdf2" => ReadPbkdf2(parameters),
            _ => throw new FormatException("The keystore's 'kdf' is neither scrypt nor pbkdf2."),
        };
    }

    /// <summary>Gives the key of a password.</summary>
    /// <returns>32 bytes, to be wiped.</returns>
    public abstract byte[] Derive(byte[] password);

    private static Scrypt ReadScrypt(KeystoreReader parameters)
    {
        var kdf = new Scrypt(parameters.Bytes("salt"), parameters.Number("n"), parameters.Number("r"), parameters.Number("p"));
        if (kdf.Cost < 2 || (kdf.Cost & (kdf.Cost - 1)) != 0 || kdf.BlockSize < 1 || kdf.Parallel < 1) // RFC 7914, 2
            throw new FormatException("The keystore's parameters of scrypt are impossible: n is a power of two above 1, r and p are 1 or more.");
        if (128L * kdf.Cost * kdf.BlockSize > MaxMemory || (long)kdf.Cost * kdf.BlockSize > MaxWork / kdf.Parallel)
            throw new FormatException($"The keystore's parameters of scrypt ask for more than {MaxMemory >> 20} MiB or some ten seconds; no wallet does that.");
        return kdf;
    }

    private static Pbkdf2 ReadPbkdf2(KeystoreReader parameters)
    {
        if (!parameters.Text("prf").Equals("hmac-sha256", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("The keystore's 'prf' is not hmac-sha256, which alone can be read.");
        var kdf = new Pbkdf2(parameters.Bytes("salt"), parameters.Number("c"));
        return kdf.Iterations is >= 1 and <= MaxIterations
            ? kdf
            : throw new FormatException($"The keystore asks for less than 1 or more than {MaxIterations} rounds of pbkdf2; no wallet does that.");
    }

    /// <summary>scrypt (RFC 7914): takes 128 · cost · block size bytes of memory.</summary>
    public sealed class Scrypt(byte[] salt, int cost, int blockSize, int parallel) : KeystoreKdf(salt)
    {
        public int Cost => cost;

        public int BlockSize => blockSize;

        public int Parallel => parallel;

        // The RFC ends at 2^16 with r = 1, and so does the library's own check. Python's wallets have long written 2^18 with r = 1, as the standard's own
        // test vector does, so the library's function behind the check is called.
        public override byte[] Derive(byte[] password) => blockSize == 1
            ? Unchecked(null, password, Salt, cost, blockSize, parallel, KeySize)
            : SCrypt.Generate(password, Salt, cost, blockSize, parallel, KeySize);

        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "MFcrypt")]
        private static extern byte[] Unchecked(SCrypt? library, byte[] password, byte[] salt, int cost, int blockSize, int parallel, int size);
    }

    /// <summary>PBKDF2 with HMAC-SHA-256 (RFC 8018).</summary>
    public sealed class Pbkdf2(byte[] salt, int iterations) : KeystoreKdf(salt)
    {
        public int Iterations => iterations;

        public override byte[] Derive(byte[] password) => Rfc2898DeriveBytes.Pbkdf2(password, Salt, iterations, HashAlgorithmName.SHA256, KeySize);
    }
}
