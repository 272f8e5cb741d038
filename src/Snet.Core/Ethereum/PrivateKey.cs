using System.Buffers;
using System.Security.Cryptography;

namespace Snet.Ethereum;

/// <summary>A private key. Its bytes are wiped by <see cref="Dispose"/>; nothing it prints tells them. Limits: <see cref="Secp256k1"/>.</summary>
internal sealed class PrivateKey : IDisposable
{
    /// <summary>The number of bytes of a key.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(Size, pinned: true); // the collector moves it nowhere, so no copy stays behind
    private bool _disposed;

    /// <summary>Takes over a copy of 32 bytes.</summary>
    /// <exception cref="ArgumentException">They are no private key.</exception>
    public PrivateKey(ReadOnlySpan<byte> bytes)
    {
        if (!Secp256k1.IsPrivateKey(bytes))
            throw new ArgumentException("A private key has 32 bytes, is above zero and below the order of secp256k1.", nameof(bytes));
        bytes.CopyTo(_bytes);
        Address = EthereumMessage.AddressOf(Secp256k1.PublicKey(_bytes));
    }

    /// <summary>The address that belongs to the key.</summary>
    public EthereumAddress Address { get; }

    /// <summary>Reads 64 hexadecimal digits, with or without <c>0x</c>.</summary>
    /// <exception cref="FormatException">They are no private key; the message does not repeat them.</exception>
    public static PrivateKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var digits = text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0);
        Span<byte> bytes = stackalloc byte[32]; // no further copy of the text, which could not be wiped
        try
        {
            if (digits.Length != 64 || Convert.FromHexString(digits, bytes, out _, out _) != OperationStatus.Done)
                throw new FormatException("This is no private key: give 64 hexadecimal digits, with or without 0x.");
            return Secp256k1.IsPrivateKey(bytes)
                ? new PrivateKey(bytes)
                : throw new FormatException("This is no private key: it must be above zero and below the order of secp256k1.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Makes a new key from the system's random source.</summary>
    public static PrivateKey Create()
    {
        Span<byte> bytes = stackalloc byte[32];
        do
            RandomNumberGenerator.Fill(bytes);
        while (!Secp256k1.IsPrivateKey(bytes));
        var key = new PrivateKey(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>Signs a 32-byte hash.</summary>
    /// <returns>r, s and the recovery id 0 or 1: 65 bytes.</returns>
    public byte[] SignHash(ReadOnlySpan<byte> hash)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Secp256k1.Sign(hash, _bytes);
    }

    /// <summary>Signs a message as a wallet's <c>personal_sign</c> does (EIP-191, version 0x45).</summary>
    /// <returns>r, s and v = 27 or 28, which both daemon and contract take (protocol c.1).</returns>
    public byte[] SignMessage(ReadOnlySpan<byte> message)
    {
        var signature = SignHash(EthereumMessage.Hash(message));
        signature[64] += 27;
        return signature;
    }

    /// <summary>Hands the key's bytes to something that must have them.</summary>
    public T Use<T>(Func<ReadOnlySpan<byte>, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return work(_bytes);
    }

    /// <summary>Gives the key's text, for the few places that must hand it on.</summary>
    public string ExportHex()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Hex.Encode(_bytes);
    }

    /// <inheritdoc/>
    public override string ToString() => $"private key of {Address}";

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
