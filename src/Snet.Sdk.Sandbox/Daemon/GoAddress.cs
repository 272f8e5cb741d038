using Snet.Ethereum;

namespace Snet.Sdk.Sandbox.Daemon;

/// <summary>Addresses as the daemon's Ethereum library reads them from text: with or without <c>0x</c>, and nothing is ever
/// refused.</summary>
internal static class GoAddress
{
    /// <summary>Reads the hexadecimal digits up to the first that is none; the last 20 bytes count, missing ones are zero in
    /// front.</summary>
    public static EthereumAddress Parse(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text.AsSpan();
        if (digits.Length % 2 == 1)
            digits = string.Concat("0", digits);
        var length = 0;
        while (length < digits.Length && char.IsAsciiHexDigit(digits[length]))
            length++;
        ReadOnlySpan<byte> bytes = Convert.FromHexString(digits[..(length / 2 * 2)]);
        Span<byte> address = stackalloc byte[EthereumAddress.Size];
        address.Clear();
        if (bytes.Length > address.Length)
            bytes = bytes[^address.Length..];
        bytes.CopyTo(address[(address.Length - bytes.Length)..]);
        return new EthereumAddress(address);
    }
}
