using System.Security.Cryptography;
using System.Text;

namespace Snet.Ethereum;

/// <summary>Words that stand for a seed (BIP-39), English list.</summary>
/// <remarks>Words are checked against the list and the checksum, so a slip of the pen is an error and not another account. No message repeats a word.</remarks>
/// <seealso href="https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki">BIP-39</seealso>
internal static class Mnemonic
{
    /// <summary>The number of bytes of a seed.</summary>
    public const int SeedSize = 64;

    private const int BitsOfWord = 11;
    private const int MostWords = 24;
    private const int LongestWord = 8; // letters, in the English list
    private const int Iterations = 2048;

    private static readonly Lazy<string[]> List = new(ReadList);

    /// <summary>The list: 2048 words in alphabetical order.</summary>
    public static IReadOnlyList<string> Words => List.Value;

    /// <summary>Gives the seed that words stand for.</summary>
    /// <param name="words">12, 15, 18, 21 or 24 words with white space between them, in small or capital letters.</param>
    /// <param name="passphrase">The "25th word"; empty for none. Each one gives another seed, so it cannot be checked.</param>
    /// <param name="seed">Takes 64 bytes. Whoever owns it wipes it.</param>
    /// <exception cref="FormatException">The words are none of the list's, too few, or don't fit together; the message tells places, not words.</exception>
    public static void ToSeed(ReadOnlySpan<char> words, ReadOnlySpan<char> passphrase, Span<byte> seed)
    {
        Span<byte> text = stackalloc byte[MostWords * (LongestWord + 1)];
        Span<byte> bits = stackalloc byte[(MostWords * BitsOfWord) / 8];
        var salt = Salt(passphrase);
        try
        {
            bits.Clear();
            var (length, count) = Read(words, text, bits);
            Check(bits, count);
            Rfc2898DeriveBytes.Pbkdf2(text[..length], salt, seed[..SeedSize], Iterations, HashAlgorithmName.SHA512);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(bits);
            CryptographicOperations.ZeroMemory(salt);
        }
    }

    // The words as they are hashed (small letters, one space between them), and their places in the list as a row of bits.
    private static (int Length, int Count) Read(ReadOnlySpan<char> words, Span<byte> text, Span<byte> bits)
    {
        var (length, count) = (0, 0);
        Span<char> word = stackalloc char[LongestWord];
        while (!(words = words.TrimStart()).IsEmpty)
        {
            var end = 0;
            while (end < words.Length && !char.IsWhiteSpace(words[end]))
                end++;
            if (count == MostWords)
                throw new FormatException("A mnemonic has 12, 15, 18, 21 or 24 words; there are more.");
            var place = end <= LongestWord ? Find(word[..words[..end].ToLowerInvariant(word)]) : -1;
            if (place < 0)
                throw new FormatException($"Word {count + 1} of the mnemonic is not in the English list (BIP-39).");
            if (count > 0)
                text[length++] = (byte)' ';
            length += Encoding.ASCII.GetBytes(word[..end], text[length..]);
            Append(bits, count++ * BitsOfWord, place);
            words = words[end..];
        }

        word.Clear();
        return count >= 12 && count % 3 == 0 ? (length, count) : throw new FormatException($"A mnemonic has 12, 15, 18, 21 or 24 words; there are {count}.");
    }

    private static int Find(ReadOnlySpan<char> word)
    {
        var (low, high) = (0, List.Value.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = word.CompareTo(List.Value[middle], StringComparison.Ordinal);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return -1;
    }

    private static void Append(Span<byte> bits, int at, int place)
    {
        for (var bit = 0; bit < BitsOfWord; bit++)
        {
            if ((place >> (BitsOfWord - 1 - bit) & 1) != 0)
                bits[(at + bit) / 8] |= (byte)(0x80 >> ((at + bit) % 8));
        }
    }

    // Behind the random bits stand the first of their hash: one for each three words.
    private static void Check(ReadOnlySpan<byte> bits, int count)
    {
        var random = count * 4 / 3; // bytes
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bits[..random], hash);
        var isRight = (bits[random] ^ hash[0]) >> (8 - (count / 3)) == 0;
        CryptographicOperations.ZeroMemory(hash);
        if (!isRight)
            throw new FormatException("The words of the mnemonic don't fit together: one is wrong, or they stand in another order (the checksum of BIP-39 fails).");
    }

    private static byte[] Salt(ReadOnlySpan<char> passphrase)
    {
        const string Prefix = "mnemonic";
        var normal = UnicodeText.Normalize(passphrase, NormalizationForm.FormKD);
        var salt = new byte[Prefix.Length + Encoding.UTF8.GetByteCount(normal)];
        Encoding.UTF8.GetBytes(normal, salt.AsSpan(Encoding.ASCII.GetBytes(Prefix, salt)));
        Array.Clear(normal);
        return salt;
    }

    private static string[] ReadList()
    {
        using var stream = typeof(Mnemonic).Assembly.GetManifestResourceStream("bip39-english.txt")!;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
