using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Snet.Sdk.Payments.Receipts;

/// <summary>Keeps the receipts, oldest first, and holds payments to the spending policy.</summary>
/// <remarks>
/// With a data directory a receipt is in its file before anything is signed, and memory holds what is open and the totals; without one, memory
/// holds the last <see cref="MaxInMemory"/> receipts besides.
/// </remarks>
internal sealed class ReceiptLog : IDisposable
{
    public const int MaxInMemory = 10_000;
    public const long FileBytes = 1 << 20; // some 3,000 receipts, read in a few ms at the start
    private const int MaxNote = 500;

    private readonly Lock _lock = new();
    private readonly SnetClientOptions _options;
    private readonly AccountFolder? _folder;
    private readonly ILogger _logger;
    private readonly string _client = ClientMark.NewClient();
    private readonly ReceiptBook _book = new();
    private readonly SpendingTotals _reserved = new();
    private readonly ReceiptStore? _store;
    private readonly RecentReceipts _recent = new(MaxInMemory);
    private readonly Queue<ReceiptEntry> _unwritten = new();
    private bool _isDisposed;

    /// <summary>Makes a log; its files are opened at the first use.</summary>
    public ReceiptLog(SnetClientOptions options, AccountFolder? folder, ILogger logger, long fileBytes = FileBytes)
    {
        (_options, _folder, _logger) = (options, folder, logger);
        _store = folder is null ? null : new ReceiptStore(folder, _client, _book, fileBytes, logger);
    }

    /// <summary>Asks the policy whether an order may be paid, and sets its price aside. Called before anything is signed.</summary>
    /// <exception cref="SpendingLimitException">A limit, or the user, forbids it.</exception>
    /// <exception cref="DataDirectoryException">The receipts cannot be read.</exception>
    public ValueTask<SpendingReservation> ReserveAsync(PaymentOrder order, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reservation = Reserve(Spending.Of(order, _options.TimeProvider.GetUtcNow()), out var total);
        return _options.Spending.Approval is { } approval && !order.Price.IsZero && !(order.Approval.Price >= order.Price)
            ? ApproveAsync(reservation, approval, order, total, cancellationToken)
            : ValueTask.FromResult(reservation);
    }

    /// <summary>Asks the policy whether a call may draw on what was paid ahead, and sets its price aside for its model; null when no limit concerns it.</summary>
    /// <remarks>The plan was reserved, and approved, as a payment of its own.</remarks>
    /// <exception cref="SpendingLimitException">A limit forbids it.</exception>
    /// <exception cref="DataDirectoryException">The receipts cannot be read.</exception>
    public SpendingReservation? ReserveDraw(PaymentOrder order) => _options.Spending is { MaxPerCall: null, MaxPerModel: null }
        ? null
        : Reserve(new Spending(default, ModelKey.Of(order.OrgId, order.ServiceId, order.ModelId), TokenAmount.Zero, order.Price), out _);

    /// <summary>Adds the receipt of a payment that is about to be signed; it takes the order's reservation over.</summary>
    /// <exception cref="SpendingLimitException">Another process has spent meanwhile what was set aside here, or a new day has begun with less left.</exception>
    /// <exception cref="DataDirectoryException">The receipt cannot be written.</exception>
    public ReceiptEntry Add(PaymentReceipt receipt, PaymentOrder order)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            using var alone = _store?.Lock();
            WriteSettled();
            var isReserved = order.Reservation is { IsHeld: true };
            _options.Spending.Check(Spending.Of(receipt), receipt.Time, _book.Spent, isReserved ? null : _reserved);
            var entry = new ReceiptEntry(_book.Next, _client, WithShortNote(receipt)) { IsUnderWay = true, TimeLimit = order.TimeLimit ?? TimeSpan.MaxValue };
            _store?.AppendSigned(entry);
            _book.Sign(entry);
            if (isReserved)
                EndReservation(order.Reservation!);
            if (_store is null)
                _recent.Add(entry);
            return entry;
        }
    }

    /// <summary>Adds the receipt of a call that is over and for which nothing was signed: a free one, or one that was paid ahead.</summary>
    /// <remarks>When it cannot be written, that is logged: the call has its answer all the same. What it drew stays set aside then, so that it counts for as long as this client lives.</remarks>
    /// <returns>The receipt as it was written.</returns>
    public PaymentReceipt AddEnded(PaymentReceipt receipt, PaymentOrder order)
    {
        receipt = WithShortNote(receipt);
        lock (_lock)
        {
            try
            {
                if (!_isDisposed)
                    WriteEnded(receipt);
                if (order.Reservation is { } reservation)
                    EndReservation(reservation);
            }
            catch (DataDirectoryException e)
            {
                _logger.ReceiptNotWritten(receipt.Method, e.Message);
            }

            return receipt;
        }
    }

    /// <summary>Notes what became of a payment.</summary>
    /// <remarks>
    /// What was inferred to be not charged may turn out to be paid after all, and the last word counts; back to unknown leads nothing. When the file cannot be
    /// written, the payment counts as spent until it can be: what happened to the call is not undone by a full disk.
    /// </remarks>
    /// <returns>The receipt as it is now.</returns>
    public PaymentReceipt Settle(ReceiptEntry entry, PaymentOutcome outcome)
    {
        lock (_lock)
        {
            (entry.IsUnderWay, entry.BrokenOff) = (false, _options.TimeProvider.GetUtcNow());
            if (entry.Receipt.Outcome == outcome || outcome == PaymentOutcome.Unknown)
                return entry.Receipt;
            entry.Receipt = entry.Receipt with { Outcome = outcome };
            _unwritten.Enqueue(entry);
            if (!_isDisposed)
                TryWriteSettled();
            return entry.Receipt;
        }
    }

    /// <summary>
    /// Gives the payments from a channel whose fate is open and that no call is under way for: of this client, or of a process that is gone. Whoever reads the
    /// channel's state settles them. Payments of another process that is alive are its own to settle and are left out.
    /// </summary>
    /// <exception cref="DataDirectoryException">The receipts cannot be read.</exception>
    public IReadOnlyList<ReceiptEntry> OpenOf(BigInteger channelId)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _store?.ReadOn();
            return [.. _book.Open.Where(entry => IsOpen(entry, channelId))];
        }
    }

    /// <summary>Whether a call is under way in this client whose payment may be what brought a channel to a total.</summary>
    public bool IsUnderWay(ChannelState reached)
    {
        lock (_lock)
        {
            return _book.Open.Any(entry => entry.IsUnderWay && entry.Receipt.ChannelId == reached.Id
                && (entry.Receipt.Nonce < reached.Nonce || (entry.Receipt.Nonce == reached.Nonce && entry.Receipt.AmountBefore < reached.SignedAmount)));
        }
    }

    /// <summary>Whether the fate of any payment is open.</summary>
    public bool HasOpen
    {
        get
        {
            lock (_lock)
                return _book.Open.Count > 0;
        }
    }

    /// <summary>Gives the highest total that the log knows to be signed in a channel's claim round; null when it knows none.</summary>
    /// <remarks>Another process or machine with the same key may have signed more: what carries our own signature counts, whoever made it (protocol g.3 #5).</remarks>
    /// <exception cref="DataDirectoryException">The receipts cannot be read.</exception>
    public TokenAmount? HighestSigned(BigInteger channelId, BigInteger nonce)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _store?.ReadOn();
            return _book.HighestSigned(channelId, nonce);
        }
    }

    /// <summary>Gives all receipts as they are now, oldest first; without a data directory the last ones and those that are open.</summary>
    /// <exception cref="DataDirectoryException">The receipts cannot be read.</exception>
    public async IAsyncEnumerable<PaymentReceipt> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var receipts = _folder is null ? Recent().ToAsyncEnumerable() : ReceiptReader.ReadAsync(_folder, cancellationToken);
        await foreach (var receipt in receipts.ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return receipt;
        }
    }

    /// <summary>Gives a reservation's amount back, unless a receipt took it over.</summary>
    public void GiveBack(SpendingReservation reservation)
    {
        lock (_lock)
            EndReservation(reservation);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            TryWriteSettled();
            _isDisposed = true;
            _store?.Dispose();
        }
    }

    private SpendingReservation Reserve(Spending spending, out TokenAmount total)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _store?.ReadOn();
            _options.Spending.Check(spending, _options.TimeProvider.GetUtcNow(), _book.Spent, _reserved);
            _reserved.Add(spending);
            total = _book.Spent.All + _reserved.All;
            return new SpendingReservation(this, spending);
        }
    }

    private static async ValueTask<SpendingReservation> ApproveAsync(
        SpendingReservation reservation, Func<PaymentRequest, CancellationToken, ValueTask<bool>> approval, PaymentOrder order, TokenAmount total,
        CancellationToken cancellationToken)
    {
        var isApproved = false;
        try
        {
            var request = new PaymentRequest(order.OrgId, order.ServiceId, order.Method, order.ModelId, order.Price, total);
            isApproved = await approval(request, cancellationToken).ConfigureAwait(false);
            if (!isApproved)
                throw SpendingLimitException.Refused(request);
            order.Approval.Price = order.Price;
            return reservation;
        }
        finally
        {
            if (!isApproved)
                reservation.Dispose();
        }
    }

    private void EndReservation(SpendingReservation reservation)
    {
        if (!reservation.IsHeld)
            return;
        reservation.IsHeld = false;
        _reserved.GiveBack(reservation.Spending);
    }

    private bool IsOpen(ReceiptEntry entry, BigInteger channelId) =>
        entry.Receipt is { Outcome: PaymentOutcome.Unknown, Mode: not PaymentMode.Free } && entry.Receipt.ChannelId == channelId
        && (entry.By == _client ? !entry.IsUnderWay : !_store!.IsAlive(entry.By));

    private void TryWriteSettled()
    {
        if (_unwritten.Count == 0)
            return;
        try
        {
            using var alone = _store?.Lock();
            WriteSettled();
        }
        catch (DataDirectoryException e)
        {
            _logger.SettlementNotWritten(_unwritten.Count, e.Message);
        }
    }

    // Totals change together with the file, so that a new file carries over what the old one says.
    private void WriteSettled()
    {
        while (_unwritten.TryPeek(out var entry))
        {
            var outcome = entry.Receipt.Outcome;
            if (entry.Recorded != outcome && (entry.Recorded != PaymentOutcome.Unknown || _book.IsOpen(entry)))
            {
                _store?.AppendSettled(entry, _options.TimeProvider.GetUtcNow());
                _book.Settle(entry, outcome);
            }

            _unwritten.Dequeue();
        }
    }

    private void WriteEnded(PaymentReceipt receipt)
    {
        using var alone = _store?.Lock();
        WriteSettled();
        var entry = new ReceiptEntry(_book.Next, _client, receipt);
        _store?.AppendEnded(entry, _options.TimeProvider.GetUtcNow());
        _book.End(entry);
        if (_store is null)
            _recent.AddEnded(entry.Number, receipt);
    }

    // A daemon's words may be in it, and as many as it likes.
    private static PaymentReceipt WithShortNote(PaymentReceipt receipt) => receipt.Note is { Length: > MaxNote } note
        ? receipt with { Note = note[..(char.IsHighSurrogate(note[MaxNote - 1]) ? MaxNote - 1 : MaxNote)] }
        : receipt;

    private PaymentReceipt[] Recent()
    {
        lock (_lock)
        {
            var first = _recent.FirstNumber;
            return [.. _book.Open.Where(entry => entry.Number < first).Select(entry => entry.Receipt), .. _recent.All];
        }
    }
}
