using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>Writes the lines of a receipt file into memory. Amounts are decimal text in cogs, times are in UTC.</summary>
internal sealed class ReceiptLineWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // for people and tools, not for HTML

    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly Utf8JsonWriter _json;

    public ReceiptLineWriter() => _json = new Utf8JsonWriter(_buffer, Options);

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Clear()
    {
        _json.Reset();
        _buffer.ResetWrittenCount();
    }

    public void WriteFile(FileLine line)
    {
        _json.WriteStartObject();
        _json.WriteNumber("file"u8, line.Number);
        _json.WriteNumber("version"u8, ReceiptLine.Version);
        _json.WriteNumber("chain"u8, line.ChainId);
        _json.WriteString("escrow"u8, line.Escrow);
        _json.WriteString("account"u8, line.Account);
        _json.WriteNumber("next"u8, line.NextReceipt);
        WriteAmount("spent"u8, line.Spent);
        End();
    }

    public void WriteDay(DateOnly day, TokenAmount spent)
    {
        _json.WriteStartObject();
        _json.WriteString("day"u8, day.ToString("O", CultureInfo.InvariantCulture));
        WriteAmount("spent"u8, spent);
        End();
    }

    public void WriteModel(ModelKey model, TokenAmount spent)
    {
        _json.WriteStartObject();
        _json.WriteString("model"u8, model.ModelId);
        _json.WriteString("org"u8, model.OrgId);
        _json.WriteString("service"u8, model.ServiceId);
        WriteAmount("spent"u8, spent);
        End();
    }

    public void WriteChannel(BigInteger channelId, BigInteger nonce, TokenAmount signed)
    {
        _json.WriteStartObject();
        WriteInteger("channel"u8, channelId);
        WriteInteger("nonce"u8, nonce);
        WriteAmount("signed"u8, signed);
        End();
    }

    public void WriteSigned(ReceiptEntry entry) => WriteReceipt("signed"u8, entry);

    public void WriteOpen(ReceiptEntry entry) => WriteReceipt("open"u8, entry);

    public void WriteSettled(ReceiptEntry entry, DateTimeOffset time)
    {
        _json.WriteStartObject();
        _json.WriteNumber("settled"u8, entry.Number);
        _json.WriteString("at"u8, time.UtcDateTime);
        _json.WriteString("outcome"u8, Name(entry.Receipt.Outcome));
        End();
    }

    public void WriteCorrected(ReceiptEntry entry, DateTimeOffset time)
    {
        _json.WriteStartObject();
        _json.WriteNumber("corrected"u8, entry.Number);
        _json.WriteString("at"u8, time.UtcDateTime);
        _json.WriteString("outcome"u8, Name(entry.Receipt.Outcome));
        _json.WriteString("was"u8, Name(entry.Recorded));
        WriteMembers(entry);
        End();
    }

    public void WriteContinued(int number)
    {
        _json.WriteStartObject();
        _json.WriteNumber("continued"u8, number);
        End();
    }

    public void Dispose() => _json.Dispose();

    private void WriteReceipt(ReadOnlySpan<byte> kind, ReceiptEntry entry)
    {
        _json.WriteStartObject();
        _json.WriteNumber(kind, entry.Number);
        WriteMembers(entry);
        End();
    }

    private void WriteMembers(ReceiptEntry entry)
    {
        var receipt = entry.Receipt;
        _json.WriteString("time"u8, receipt.Time.UtcDateTime);
        _json.WriteString("by"u8, entry.By);
        _json.WriteString("org"u8, receipt.OrgId);
        _json.WriteString("service"u8, receipt.ServiceId);
        _json.WriteString("method"u8, receipt.Method);
        if (receipt.ModelId is { } model)
            _json.WriteString("model"u8, model);
        if (receipt.ChannelId != PaymentReceipt.NoChannel)
            WriteInteger("channel"u8, receipt.ChannelId);
        WriteInteger("nonce"u8, receipt.Nonce);
        WriteAmount("before"u8, receipt.AmountBefore);
        WriteAmount("after"u8, receipt.AmountAfter);
        if (!receipt.Drawn.IsZero)
            WriteAmount("drawn"u8, receipt.Drawn);
        _json.WriteString("mode"u8, Name(receipt.Mode));
        if (receipt.Note is { } note)
            _json.WriteString("note"u8, note);
    }

    private void WriteAmount(ReadOnlySpan<byte> name, TokenAmount amount) => WriteInteger(name, amount.Cogs);

    private void WriteInteger(ReadOnlySpan<byte> name, BigInteger number)
    {
        Span<char> digits = stackalloc char[80]; // 2^256 has 78
        if (number.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture))
            _json.WriteString(name, digits[..length]);
        else
            _json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _buffer.Write("\n"u8);
    }

    private static string Name(PaymentOutcome outcome) => outcome switch
    {
        PaymentOutcome.Paid => "paid",
        PaymentOutcome.NotCharged => "notCharged",
        _ => "unknown",
    };

    private static string Name(PaymentMode mode) => mode switch
    {
        PaymentMode.Free => "free",
        PaymentMode.Prepaid => "prepaid",
        _ => "escrow",
    };
}
