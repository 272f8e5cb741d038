using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>Reads the lines of a receipt file: strictly, since limits rest on them. Members that it does not know are left alone.</summary>
internal static class ReceiptLineReader
{
    private const long MaxCount = 1L << 53; // what every JSON reader takes
    private const int MaxDigits = 78; // of 2^256, the largest number of the contracts

    /// <exception cref="FormatException">It is no line of a receipt file of this version.</exception>
    public static ReceiptLine Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException("It is no line of a receipt file: " + e.Message, e);
        }
    }

    private static ReceiptLine Read(JsonElement line) => line.EnumerateObject().FirstOrDefault() switch
    {
        { Name: "signed" } first => new SignedLine(Count(first.Value), Text(line, "by"), Receipt(line, PaymentOutcome.Unknown)),
        { Name: "settled" } first => new SettledLine(Count(first.Value), Outcome(line, "outcome")),
        { Name: "open" } first => new OpenLine(Count(first.Value), Text(line, "by"), Receipt(line, PaymentOutcome.Unknown)),
        { Name: "corrected" } first => new CorrectedLine(Count(first.Value), Outcome(line, "was"), Receipt(line, Outcome(line, "outcome"))),
        { Name: "day" } first => new DayLine(DateOnly.ParseExact(first.Value.GetString()!, "O", CultureInfo.InvariantCulture), Amount(line, "spent")),
        { Name: "model" } first => new ModelLine(new ModelKey(Text(line, "org"), Text(line, "service"), first.Value.GetString()!), Amount(line, "spent")),
        { Name: "channel" } first => new ChannelLine(Integer(first.Value), Integer(line.GetProperty("nonce")), Amount(line, "signed")),
        { Name: "continued" } first => new ContinuedLine(first.Value.GetInt32()),
        { Name: "file" } first => ReadFile(first.Value.GetInt32(), line),
        var other => throw new FormatException($"It has lines of the kind '{other.Name}', which this version of the SDK does not know."),
    };

    private static FileLine ReadFile(int number, JsonElement line) => line.GetProperty("version").GetInt32() == ReceiptLine.Version
        ? new FileLine(number, line.GetProperty("chain").GetInt64(), Text(line, "escrow"), Text(line, "account"), Count(line.GetProperty("next")), Amount(line, "spent"))
        : throw new FormatException($"It is of version {line.GetProperty("version").GetInt32()} and this version of the SDK reads {ReceiptLine.Version}.");

    private static PaymentReceipt Receipt(JsonElement line, PaymentOutcome outcome)
    {
        var receipt = new PaymentReceipt(
            line.GetProperty("time").GetDateTimeOffset(), Text(line, "org"), Text(line, "service"), Text(line, "method"), Optional(line, "model"),
            line.TryGetProperty("channel", out var channel) ? Integer(channel) : PaymentReceipt.NoChannel, Integer(line.GetProperty("nonce")), Amount(line, "before"), Amount(line, "after"), outcome)
        {
            Mode = Mode(Text(line, "mode")), Note = Optional(line, "note"),
            Drawn = line.TryGetProperty("drawn", out var drawn) ? TokenAmount.FromCogs(Integer(drawn)) : TokenAmount.Zero,
        };
        return receipt.AmountBefore <= receipt.AmountAfter ? receipt : throw new FormatException("It has a payment that ends below the total that it began with.");
    }

    private static long Count(JsonElement number) => number.GetInt64() is > 0 and < MaxCount and var count ? count : throw new FormatException("Receipts are counted from 1.");

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString() ?? throw new FormatException($"Its {name} is null.");

    private static string? Optional(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static TokenAmount Amount(JsonElement line, string name) => TokenAmount.FromCogs(Integer(line.GetProperty(name)));

    private static BigInteger Integer(JsonElement value) =>
        value.GetString() is { Length: <= MaxDigits } text && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("Numbers of channels and amounts are decimal text.");

    private static PaymentOutcome Outcome(JsonElement line, string name) => Text(line, name) switch
    {
        "paid" => PaymentOutcome.Paid,
        "notCharged" => PaymentOutcome.NotCharged,
        "unknown" => PaymentOutcome.Unknown,
        var other => throw new FormatException($"It has a payment that is '{other}'."),
    };

    private static PaymentMode Mode(string name) => name switch
    {
        "escrow" => PaymentMode.Escrow,
        "free" => PaymentMode.Free,
        "prepaid" => PaymentMode.Prepaid,
        var other => throw new FormatException($"It has a payment of the mode '{other}'."),
    };
}
