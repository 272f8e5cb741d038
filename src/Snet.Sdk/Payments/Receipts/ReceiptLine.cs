using System.Numerics;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>One line of a receipt file; docs/spending.md describes them. The first member of its JSON object says which kind it is.</summary>
internal abstract record ReceiptLine
{
    /// <summary>The version of the files that this code writes, and the only one that it reads.</summary>
    public const int Version = 1;

    /// <summary>No line is longer, in bytes.</summary>
    public const int MaxBytes = 64 << 10;
}

/// <summary>The first line: whose file this is, and what the files before it came to.</summary>
internal sealed record FileLine(int Number, long ChainId, string Escrow, string Account, long NextReceipt, TokenAmount Spent) : ReceiptLine;

/// <summary>What was spent on a day before this file began.</summary>
internal sealed record DayLine(DateOnly Day, TokenAmount Spent) : ReceiptLine;

/// <summary>What was spent for a model before this file began.</summary>
internal sealed record ModelLine(ModelKey Model, TokenAmount Spent) : ReceiptLine;

/// <summary>The highest total that was signed in a channel's claim round before this file began.</summary>
internal sealed record ChannelLine(BigInteger ChannelId, BigInteger Nonce, TokenAmount Signed) : ReceiptLine;

/// <summary>A payment, before it is signed.</summary>
/// <param name="Number">Its number among the account's receipts, from 1.</param>
/// <param name="By">The client that signed it, see <see cref="ClientMark"/>.</param>
/// <param name="Receipt">The receipt.</param>
internal sealed record SignedLine(long Number, string By, PaymentReceipt Receipt) : ReceiptLine;

/// <summary>A payment of a file before this one whose fate was open when this file began.</summary>
internal sealed record OpenLine(long Number, string By, PaymentReceipt Receipt) : ReceiptLine;

/// <summary>What became of a payment.</summary>
internal sealed record SettledLine(long Number, PaymentOutcome Outcome) : ReceiptLine;

/// <summary>What became of a payment after all: another end was noted before. It repeats the receipt, which is no longer at hand then.</summary>
/// <param name="Number">The receipt's number.</param>
/// <param name="Was">The end that was noted before.</param>
/// <param name="Receipt">The receipt as it is now.</param>
internal sealed record CorrectedLine(long Number, PaymentOutcome Was, PaymentReceipt Receipt) : ReceiptLine;

/// <summary>The last line of a full file: the next one goes on.</summary>
internal sealed record ContinuedLine(int Number) : ReceiptLine;
