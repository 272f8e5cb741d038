namespace Snet.Protocol;

/// <summary>Text from outside as error messages quote it: without control characters, and not longer than a line.</summary>
internal static class Shown
{
    private const int Limit = 100; // characters

    /// <summary>Gives the text, shortened and with control characters replaced.</summary>
    public static string Of(string text)
    {
        var clipped = text.Length <= Limit ? text : string.Concat(text.AsSpan(0, Limit), "…");
        return string.Create(clipped.Length, clipped, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? '?' : from[i];
        });
    }
}
