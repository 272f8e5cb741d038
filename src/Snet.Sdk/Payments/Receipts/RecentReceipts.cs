using System.Numerics;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>The last receipts of a client that has no data directory.</summary>
/// <remarks>
/// Those of calls that are over are kept by value. As objects they would live just long enough to become old, which costs the garbage collector more
/// than all the rest of a call that was paid ahead. Whoever uses this locks it.
/// </remarks>
internal sealed class RecentReceipts(int most)
{
    private Kept[] _kept = new Kept[Math.Min(most, 16)];
    private int _first;
    private int _count;

    /// <summary>The number of the oldest; 0 when there is none.</summary>
    public long FirstNumber => _count == 0 ? 0 : _kept[_first].Number;

    /// <summary>Gives them as they are now, oldest first.</summary>
    public IEnumerable<PaymentReceipt> All => Enumerable.Range(0, _count).Select(i => _kept[(_first + i) % _kept.Length].Receipt);

    /// <summary>Keeps a payment that is settled later.</summary>
    public void Add(ReceiptEntry entry) => Add(new Kept { Number = entry.Number, Entry = entry });

    /// <summary>Keeps what does not change any more.</summary>
    public void AddEnded(long number, PaymentReceipt receipt) => Add(new Kept
    {
        Number = number, Time = receipt.Time, OrgId = receipt.OrgId, ServiceId = receipt.ServiceId, Method = receipt.Method, ModelId = receipt.ModelId,
        ChannelId = receipt.ChannelId, Nonce = receipt.Nonce, Before = receipt.AmountBefore, After = receipt.AmountAfter, Drawn = receipt.Drawn,
        Outcome = receipt.Outcome, Mode = receipt.Mode, Note = receipt.Note,
    });

    private void Add(in Kept kept)
    {
        if (_count == _kept.Length && _count < most)
            Grow();
        if (_count < _kept.Length)
            _count++;
        else
            _first = (_first + 1) % _kept.Length;
        _kept[(_first + _count - 1) % _kept.Length] = kept;
    }

    // Only while nothing was let go, so the oldest still stands at the beginning.
    private void Grow() => Array.Resize(ref _kept, Math.Min(most, 2 * _kept.Length));

    private readonly struct Kept
    {
        public required long Number { get; init; }

        public ReceiptEntry? Entry { get; init; }

        public DateTimeOffset Time { get; init; }

        public string OrgId { get; init; }

        public string ServiceId { get; init; }

        public string Method { get; init; }

        public string? ModelId { get; init; }

        public BigInteger ChannelId { get; init; }

        public BigInteger Nonce { get; init; }

        public TokenAmount Before { get; init; }

        public TokenAmount After { get; init; }

        public TokenAmount Drawn { get; init; }

        public PaymentOutcome Outcome { get; init; }

        public PaymentMode Mode { get; init; }

        public string? Note { get; init; }

        public PaymentReceipt Receipt => Entry?.Receipt
            ?? new PaymentReceipt(Time, OrgId, ServiceId, Method, ModelId, ChannelId, Nonce, Before, After, Outcome) { Mode = Mode, Note = Note, Drawn = Drawn };
    }
}
