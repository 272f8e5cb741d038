using Snet.Ethereum;

namespace Snet.Sdk.Accounts;

/// <summary>Signs for one account: a private key, a hardware wallet, a key vault.</summary>
/// <remarks>
/// Two kinds of bytes are signed: messages (payments and authorizations) and transactions (deposits, channels).
/// A signature has 65 bytes: r, s (32 bytes each, big-endian) and v, which is 27 or 28, or 0 or 1. Each is checked before it is used: what another key has made
/// is not sent (<see cref="SignerException"/>), and neither is anything when the signer throws. Who cancels a call does not wait for a slow signer.
/// </remarks>
public interface ISigner
{
    /// <summary>The account's address.</summary>
    EthereumAddress Address { get; }

    /// <summary>Signs a message as a wallet's <c>personal_sign</c> does (EIP-191).</summary>
    /// <param name="message">The message without prefix; the signer adds <c>"\x19Ethereum Signed Message:\n" + length</c> and hashes with Keccak-256.</param>
    /// <param name="cancellationToken">Ends the waiting, for a person's confirmation for instance.</param>
    /// <returns>65 bytes.</returns>
    ValueTask<byte[]> SignMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);

    /// <summary>Signs a transaction.</summary>
    /// <param name="unsignedTransaction">The bytes whose Keccak-256 hash is signed: type 2 and the RLP list (EIP-1559).</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>65 bytes.</returns>
    ValueTask<byte[]> SignTransactionAsync(ReadOnlyMemory<byte> unsignedTransaction, CancellationToken cancellationToken = default);
}
