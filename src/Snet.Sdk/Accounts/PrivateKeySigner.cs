using System.Security.Cryptography;
using System.Text;
using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>Signs with a private key that this process holds.</summary>
/// <remarks>Nothing that it prints tells the key. <see cref="Dispose"/> wipes the key's bytes; copies that the runtime or the curve library made while signing are beyond its reach.</remarks>
public sealed class PrivateKeySigner : ISigner, IDisposable
{
    /// <summary>The environment variable that <see cref="FromEnvironment"/> reads first.</summary>
    public const string EnvironmentVariable = "SNET_PRIVATE_KEY";

    private const string KeystoreVariable = "SNET_KEYSTORE";
    private const string PasswordVariable = "SNET_KEYSTORE_PASSWORD";

    private readonly PrivateKey _key;

    private PrivateKeySigner(PrivateKey key) => _key = key;

    /// <inheritdoc/>
    public EthereumAddress Address => _key.Address;

    /// <summary>Takes a private key.</summary>
    /// <param name="privateKey">64 hexadecimal digits, with or without <c>0x</c>.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="FormatException">It is no private key; the message does not repeat it.</exception>
    public static PrivateKeySigner FromHex(string privateKey) => new(PrivateKey.Parse(privateKey));

    /// <summary>Takes a private key from an encrypted keystore file (Web3 Secret Storage, version 3: geth, MetaMask's exporters, ethers; scrypt or PBKDF2).</summary>
    /// <remarks>Takes about a second and, for most files, 256 MiB of memory: that is what makes a password hard to guess. More than 512 MiB is refused.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="password">Its password; a <see cref="string"/>, or characters that the caller wipes afterwards.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="WrongPasswordException">The password is another one.</exception>
    /// <exception cref="FormatException">It is no keystore of version 3.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PrivateKeySigner FromKeystore(string path, ReadOnlySpan<char> password) => Open(ReadKeystore(path), password, Path.GetFileName(path));

    /// <summary>Takes a private key from a keystore's JSON, read from a secret store for instance.</summary>
    /// <param name="json">The keystore.</param>
    /// <param name="password">Its password.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="WrongPasswordException">The password is another one.</exception>
    /// <exception cref="FormatException">It is no keystore of version 3.</exception>
    /// <seealso cref="FromKeystore"/>
    public static PrivateKeySigner FromKeystoreJson(string json, ReadOnlySpan<char> password)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Open(Encoding.UTF8.GetBytes(json), password, "the JSON");
    }

    /// <summary>Takes an account of a wallet by its words (BIP-39, English; path <c>m/44'/60'/0'/0/index</c>, as wallets number their accounts).</summary>
    /// <param name="words">12, 15, 18, 21 or 24 words; checked against the list and their checksum.</param>
    /// <param name="index">Which account of the wallet; 0 is the first.</param>
    /// <param name="passphrase">The wallet's passphrase ("25th word"); empty for none. A wrong one is another, empty account, not an error.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="FormatException">The words are not a wallet's; the message does not repeat them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static PrivateKeySigner FromMnemonic(ReadOnlySpan<char> words, int index = 0, ReadOnlySpan<char> passphrase = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        Span<byte> seed = stackalloc byte[Mnemonic.SeedSize];
        try
        {
            Mnemonic.ToSeed(words, passphrase, seed);
            return new(HdKey.DeriveEthereum(seed, (uint)index));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>
    /// Takes the private key in the environment variable <c>SNET_PRIVATE_KEY</c>; where that is not set, the keystore file that <c>SNET_KEYSTORE</c> names,
    /// with the password in <c>SNET_KEYSTORE_PASSWORD</c>.
    /// </summary>
    /// <returns>The signer.</returns>
    /// <exception cref="InvalidOperationException">No variable is set, or the password is missing.</exception>
    /// <exception cref="FormatException">There is no private key in it.</exception>
    /// <exception cref="WrongPasswordException">The password is not the keystore's.</exception>
    /// <exception cref="IOException">The keystore cannot be read.</exception>
    public static PrivateKeySigner FromEnvironment()
    {
        if (Read(EnvironmentVariable) is { } key)
            return FromHex(key);
        if (Read(KeystoreVariable) is not { } path)
            throw new InvalidOperationException($"Set {EnvironmentVariable} to the account's private key (64 hexadecimal digits), or {KeystoreVariable} to a keystore file and {PasswordVariable} to its password.");
        var password = Environment.GetEnvironmentVariable(PasswordVariable)
            ?? throw new InvalidOperationException($"{KeystoreVariable} names a keystore file; set {PasswordVariable} to its password.");
        return FromKeystore(path, password);
    }

    /// <summary>Makes a new account from the system's random source. Without a copy of the key (<see cref="SaveKeystore"/>), what it receives is lost with the process.</summary>
    /// <returns>The signer.</returns>
    public static PrivateKeySigner CreateRandom() => new(PrivateKey.Create());

    /// <summary>Writes the key to a new keystore file (Web3 Secret Storage, version 3, scrypt) that wallets and <see cref="FromKeystore"/> read. It takes about a second and 256 MiB of memory.</summary>
    /// <remarks>On Unix only the file's owner may read it.</remarks>
    /// <param name="path">A file that does not exist yet.</param>
    /// <param name="password">What it is encrypted with; whoever has the file can try others, so take a long one.</param>
    /// <exception cref="ArgumentException">The password is empty.</exception>
    /// <exception cref="IOException">The file exists already, or cannot be written.</exception>
    public void SaveKeystore(string path, ReadOnlySpan<char> password)
    {
        if (password.IsEmpty)
            throw new ArgumentException("Give a password: without one, anybody who has the file has the key.", nameof(password));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var json = Encoding.UTF8.GetBytes(Keystore.Encrypt(_key, password));
        using var file = new FileStream(path, options);
        file.Write(json);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_key.SignMessage(message.Span));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignTransactionAsync(ReadOnlyMemory<byte> unsignedTransaction, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_key.SignHash(Keccak256.Hash(unsignedTransaction.Span)));
    }

    /// <inheritdoc/>
    public override string ToString() => $"signer of {Address}";

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable)?.Trim() is { Length: > 0 } text ? text : null;

    private static PrivateKeySigner Open(byte[] json, ReadOnlySpan<char> password, string what) =>
        new(Keystore.Decrypt(json, password) ?? throw new WrongPasswordException(what));

    // No more than a keystore can have, however long the file is.
    private static byte[] ReadKeystore(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Keystore.MaxSize + 1];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
