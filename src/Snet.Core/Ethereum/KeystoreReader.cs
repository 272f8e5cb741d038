using System.Text.Json;

namespace Snet.Ethereum;

/// <summary>Reads the members of a keystore's JSON. Wallets don't agree on capital letters and 0x, so neither counts.</summary>
internal readonly struct KeystoreReader(JsonElement element)
{
    /// <summary>Parses a keystore.</summary>
    /// <exception cref="FormatException">It is no JSON, or far too long.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Keystore.MaxSize)
            throw new FormatException($"This is no keystore: it has more than {Keystore.MaxSize / 1024} KiB.");
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            throw new FormatException("This is no keystore: it is no JSON."); // the parser's own message could quote a key that was taken for one
        }
    }

    public KeystoreReader Object(string name) => new(Find(name) is { ValueKind: JsonValueKind.Object } found ? found : throw Missing(name, "an object"));

    public string Text(string name) => OptionalText(name) ?? throw Missing(name, "a text");

    public string? OptionalText(string name) => Find(name) is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;

    public int Number(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt32(out var number) ? number : throw Missing(name, "a whole number");

    /// <summary>Reads hexadecimal bytes.</summary>
    /// <param name="name">The member.</param>
    /// <param name="size">How many there must be; null for any number.</param>
    public byte[] Bytes(string name, int? size = null)
    {
        var text = Text(name);
        return Hex.TryDecode(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? "0x" + text[2..] : "0x" + text, out var bytes) && (size ?? bytes.Length) == bytes.Length
            ? bytes
            : throw Missing(name, size is null ? "hexadecimal bytes" : $"{size} hexadecimal bytes");
    }

    private JsonElement? Find(string name)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                    return member.Value;
            }
        }

        return null;
    }

    private static FormatException Missing(string name, string what) => new($"This is no keystore of version 3: its '{name}' is missing, or not {what}.");
}
