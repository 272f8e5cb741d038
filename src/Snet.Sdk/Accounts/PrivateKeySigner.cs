using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>Signs with a private key that this process holds.</summary>
/// <remarks>Nothing that it prints tells the key. <see cref="Dispose"/> wipes the key's bytes; copies that the runtime or the curve library made while signing are beyond its reach.</remarks>
public sealed class PrivateKeySigner : ISigner, IDisposable
{
    /// <summary>The environment variable that <see cref="FromEnvironment"/> reads.</summary>
    public const string EnvironmentVariable = "SNET_PRIVATE_KEY";

    private readonly PrivateKey _key;

    private PrivateKeySigner(PrivateKey key) => _key = key;

    /// <inheritdoc/>
    public EthereumAddress Address => _key.Address;

    /// <summary>Takes a private key.</summary>
    /// <param name="privateKey">64 hexadecimal digits, with or without <c>0x</c>.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="FormatException">It is no private key; the message does not repeat it.</exception>
    public static PrivateKeySigner FromHex(string privateKey) => new(PrivateKey.Parse(privateKey));

    /// <summary>Takes the private key in the environment variable <c>SNET_PRIVATE_KEY</c>.</summary>
    /// <returns>The signer.</returns>
    /// <exception cref="InvalidOperationException">The variable is not set.</exception>
    /// <exception cref="FormatException">It holds no private key.</exception>
    public static PrivateKeySigner FromEnvironment()
    {
        var text = Environment.GetEnvironmentVariable(EnvironmentVariable);
        return string.IsNullOrWhiteSpace(text)
            ? throw new InvalidOperationException($"Set {EnvironmentVariable} to the account's private key: 64 hexadecimal digits.")
            : FromHex(text.Trim());
    }

    /// <summary>Makes a new account from the system's random source. Without a copy of the key, what it receives is lost with the process.</summary>
    /// <returns>The signer.</returns>
    public static PrivateKeySigner CreateRandom() => new(PrivateKey.Create());

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
}
