using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Snet.Ethereum;

/// <summary>An Ethereum address: 20 bytes, written as <c>0x</c> and 40 hexadecimal digits.</summary>
/// <remarks>
/// Mixed letter case is a checksum (EIP-55) and is verified when parsed; text in one case only carries none and is taken as it is.
/// Two addresses are equal when their bytes are, whatever their spelling. The default value is the zero address.
/// </remarks>
/// <seealso href="https://eips.ethereum.org/EIPS/eip-55">EIP-55</seealso>
public readonly struct EthereumAddress : IEquatable<EthereumAddress>
{
    /// <summary>The number of bytes in an address.</summary>
    public const int Size = 20;

    private readonly UInt128 _high; // the first 16 bytes
    private readonly uint _low;     // the last 4

    /// <summary>Makes an address of its 20 bytes.</summary>
    /// <param name="bytes">Exactly 20 bytes.</param>
    /// <exception cref="ArgumentException">There are not 20 bytes.</exception>
    public EthereumAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"An address has {Size} bytes; got {bytes.Length}.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The address of twenty zero bytes; nobody has its key.</summary>
    public static EthereumAddress Zero => default;

    /// <summary>Whether this is the zero address.</summary>
    public bool IsZero => this == default;

    /// <summary>Reads an address.</summary>
    /// <param name="text"><c>0x</c> and 40 hexadecimal digits; mixed case must be a right EIP-55 checksum.</param>
    /// <returns>The address.</returns>
    /// <exception cref="FormatException">It is no address, or its checksum is wrong.</exception>
    public static EthereumAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var problem = TryRead(text, out var address);
        return problem is null ? address : throw new FormatException(problem);
    }

    /// <summary>Reads an address without throwing.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="address">The address, or the zero address.</param>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out EthereumAddress address)
    {
        address = default;
        return text is not null && TryRead(text, out address) is null;
    }

    /// <summary>Gives the 20 bytes.</summary>
    /// <returns>A new array.</returns>
    public byte[] ToByteArray()
    {
        var bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>Writes the 20 bytes.</summary>
    /// <param name="destination">At least 20 bytes long.</param>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <summary>Gives the address with its EIP-55 checksum, as people and tools show it.</summary>
    /// <returns><c>0x</c> and 40 digits in mixed case.</returns>
    public override string ToString()
    {
        Span<char> text = stackalloc char[2 + (2 * Size)];
        ToLowerString().CopyTo(text);
        Span<byte> ascii = stackalloc byte[2 * Size];
        for (var i = 0; i < ascii.Length; i++)
            ascii[i] = (byte)text[i + 2];
        var hash = Keccak256.Hash(ascii);
        for (var i = 0; i < ascii.Length; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15;
            if (nibble >= 8)
                text[i + 2] = char.ToUpperInvariant(text[i + 2]);
        }

        return new string(text);
    }

    /// <summary>Gives the address in lower case, the form in which the platform's daemons keep identities.</summary>
    /// <returns><c>0x</c> and 40 digits.</returns>
    public string ToLowerString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteTo(bytes);
        return Hex.Encode(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(EthereumAddress other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EthereumAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    /// <summary>Whether both are the same 20 bytes.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(EthereumAddress left, EthereumAddress right) => left.Equals(right);

    /// <summary>Whether they differ in a byte.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(EthereumAddress left, EthereumAddress right) => !left.Equals(right);

    // Null when it went well; otherwise what is wrong with the text, for the caller's message.
    private static string? TryRead(string text, out EthereumAddress address)
    {
        address = default;
        if (!Hex.TryDecode(text, out var bytes) || bytes.Length != Size)
            return $"'{Shorten(text)}' is no Ethereum address. Give 0x and 40 hexadecimal digits.";
        var read = new EthereumAddress(bytes);
        var digits = text.AsSpan(2);
        var mixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (mixed && !digits.SequenceEqual(read.ToString().AsSpan(2)))
            return $"The address '{text}' has a wrong checksum (EIP-55): a letter was mistyped. Copy it again from its source.";
        address = read;
        return null;
    }

    // A private key pasted in place of an address must not end up whole in a message or a log.
    private static string Shorten(string text) => text.Length <= 42 ? text : $"{text.AsSpan(0, 6)}… ({text.Length} characters)";
}
