using System.Text;

namespace Snet.Ethereum;

/// <summary>Passwords and passphrases in the form in which they are hashed, in arrays that can be wiped.</summary>
internal static class UnicodeText
{
    private const string Composed = "\u00e9", Decomposed = "e\u0301"; // é, in both forms

    /// <summary>Normalizes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="form">The form.</param>
    /// <returns>An array of its own, to be wiped.</returns>
    /// <exception cref="PlatformNotSupportedException">The process runs without Unicode data (invariant globalization): another account would come out.</exception>
    /// <exception cref="ArgumentException">It is no Unicode text.</exception>
    public static char[] Normalize(ReadOnlySpan<char> text, NormalizationForm form)
    {
        if (Ascii.IsValid(text))
            return text.ToArray();
        if (Composed.Normalize(NormalizationForm.FormD) != Decomposed)
            throw new PlatformNotSupportedException("Only ASCII letters can be used here while the process runs in invariant globalization mode: it has no Unicode data.");
        var normal = new char[text.GetNormalizedLength(form)];
        if (!text.TryNormalize(normal, out var written, form))
            throw new ArgumentException("The text cannot be normalized.", nameof(text));
        if (written == normal.Length)
            return normal;
        var exact = normal[..written];
        Array.Clear(normal);
        return exact;
    }
}
