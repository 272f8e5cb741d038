using System.Numerics;
using System.Runtime.InteropServices;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>What the receipts come to: totals, payments whose fate is open, the highest totals signed. It holds no settled receipt, so it does not grow with time.</summary>
internal sealed class ReceiptBook
{
    private readonly Dictionary<(BigInteger ChannelId, BigInteger Nonce), TokenAmount> _signed = [];
    private (BigInteger, BigInteger, TokenAmount) _raised; // many calls draw on one total
    private SortedDictionary<long, ReceiptEntry> _open = [];
    private SortedDictionary<long, ReceiptEntry> _before = []; // those that were open when the file began that is read now

    /// <summary>The number of the next receipt.</summary>
    public long Next { get; private set; } = 1;

    public SpendingTotals Spent { get; private set; } = new();

    /// <summary>Payments whose fate is open, oldest first.</summary>
    public IReadOnlyCollection<ReceiptEntry> Open => _open.Values;

    /// <summary>Whether the fate of a payment is open by the files. One that was moved away with its file is not known any more, and its number can be another's.</summary>
    public bool IsOpen(ReceiptEntry entry) => _open.TryGetValue(entry.Number, out var known)
        && (known == entry || (known.By == entry.By && known.Receipt.Time == entry.Receipt.Time));

    /// <summary>The highest total that was signed in a claim round; null when none was.</summary>
    public TokenAmount? HighestSigned(BigInteger channelId, BigInteger nonce) => _signed.TryGetValue((channelId, nonce), out var signed) ? signed : null;

    /// <summary>Takes a payment up that is about to be signed.</summary>
    public void Sign(ReceiptEntry entry)
    {
        Next = entry.Number + 1;
        _open.Add(entry.Number, entry);
        Spent.Add(Spending.Of(entry.Receipt));
        Raise(entry.Receipt);
    }

    /// <summary>Takes up a call that is over.</summary>
    public void End(ReceiptEntry entry)
    {
        Next = entry.Number + 1;
        entry.Recorded = entry.Receipt.Outcome;
        if (entry.Recorded != PaymentOutcome.NotCharged)
            Spent.Add(Spending.Of(entry.Receipt));
        Raise(entry.Receipt);
    }

    /// <summary>Counts what became of a payment, for the first time or after all.</summary>
    public void Settle(ReceiptEntry entry, PaymentOutcome outcome)
    {
        Count(entry.Receipt, entry.Recorded, outcome);
        entry.Recorded = outcome;
        _open.Remove(entry.Number);
    }

    /// <summary>Takes up what a file says.</summary>
    /// <exception cref="FormatException">The line contradicts those before it.</exception>
    public void Apply(ReceiptLine line)
    {
        switch (line)
        {
            case SignedLine signed when signed.Number >= Next:
                Sign(Entry(signed.Number, signed.By, signed.Receipt));
                break;
            case SettledLine settled:
                if (_open.TryGetValue(settled.Number, out var entry))
                    SettleElsewhere(entry, settled.Outcome);
                break;
            case CorrectedLine corrected:
                Count(corrected.Receipt, corrected.Was, corrected.Receipt.Outcome);
                break;
            case DayLine day:
                Spent.AddDay(day.Day, day.Spent);
                break;
            case ModelLine model:
                Spent.AddModel(model.Model, model.Spent);
                break;
            case ChannelLine channel:
                _signed[(channel.ChannelId, channel.Nonce)] = channel.Signed;
                break;
            case OpenLine open when open.Number < Next && !_open.ContainsKey(open.Number):
                _open.Add(open.Number, Entry(open.Number, open.By, open.Receipt));
                break;
            default:
                throw new FormatException("It has lines in an order that cannot be.");
        }
    }

    /// <summary>Begins with the totals that a file carries over from those before it.</summary>
    public void Begin(FileLine file)
    {
        (_before, _open) = (_open, []);
        Spent = new SpendingTotals();
        Spent.Restore(file.Spent);
        Next = file.NextReceipt;
        _signed.Clear();
        _raised = default;
    }

    /// <summary>Writes what a new file carries over.</summary>
    public void WriteTo(ReceiptLineWriter writer)
    {
        foreach (var (day, spent) in Spent.Days)
            writer.WriteDay(day, spent);
        foreach (var (model, spent) in Spent.Models)
            writer.WriteModel(model, spent);
        foreach (var ((channel, nonce), signed) in _signed)
            writer.WriteChannel(channel, nonce, signed);
        foreach (var entry in _open.Values)
            writer.WriteOpen(entry);
    }

    // What this client has still to write is the later word.
    private void SettleElsewhere(ReceiptEntry entry, PaymentOutcome outcome)
    {
        if (entry.Receipt.Outcome == entry.Recorded)
            entry.Receipt = entry.Receipt with { Outcome = outcome };
        Settle(entry, outcome);
    }

    // Whoever holds an entry goes on with it when the files are read again.
    private ReceiptEntry Entry(long number, string by, PaymentReceipt receipt) =>
        _before.TryGetValue(number, out var known) && known.By == by ? known : new ReceiptEntry(number, by, receipt);

    private void Count(PaymentReceipt receipt, PaymentOutcome was, PaymentOutcome now)
    {
        if (was == PaymentOutcome.NotCharged && now != PaymentOutcome.NotCharged)
            Spent.Add(Spending.Of(receipt));
        else if (was != PaymentOutcome.NotCharged && now == PaymentOutcome.NotCharged)
            Spent.GiveBack(Spending.Of(receipt));
    }

    // A claim round that two others followed is over for good.
    private void Raise(PaymentReceipt receipt)
    {
        if (receipt.Mode == PaymentMode.Free || _raised == (receipt.ChannelId, receipt.Nonce, receipt.AmountAfter))
            return;
        _raised = (receipt.ChannelId, receipt.Nonce, receipt.AmountAfter);
        ref var highest = ref CollectionsMarshal.GetValueRefOrAddDefault(_signed, (receipt.ChannelId, receipt.Nonce), out _);
        highest = TokenAmount.Max(highest, receipt.AmountAfter);
        _signed.Remove((receipt.ChannelId, receipt.Nonce - 2));
    }
}
