using System.Diagnostics;
using System.Numerics;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What must hold after a step, and in the end.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan PatienceWithPlans = TimeSpan.FromSeconds(10);

    private readonly List<Note> _noted = [];
    private readonly HashSet<(BigInteger Channel, BigInteger Nonce)> _takenBack = []; // claim rounds that the sender ended: what was open in them costs nothing any more
    private Moment _last = Moment.First;
    private int _epoch;

    /// <summary>P8: what the daemon took meanwhile is what the users were told.</summary>
    public async Task HoldToAsync(IReadOnlyList<Ending> endings)
    {
        await BeQuietAsync();
        var before = _last;
        _last = Books.Read();
        var step = _last.Taken - before.Taken;

        var succeeded = endings.Where(ending => ending.Error is null).ToList();
        var open = endings.Where(ending => ending.Error is not null && ending.Told != MoneyMoved.No).ToList();
        var told = Sum(succeeded.Select(ending => ending.Signed));
        var least = IsOneProcess ? told : NewlyCovered(succeeded, before);
        var plans = _last.Plans - before.Plans + before.PlansOnTheirWay; // they are paid beside the calls
        var most = told + Sum(open.Where(ending => !ending.Call.Draws).Select(ending => ending.Call.Agreed())) + (plans * Books.Limits.Plan());
        if (!IsForgetful && (step < least || step > most))
            Books.Break("P8", $"the daemon took {step}, and: {string.Join("; ", endings)}");
        HoldDrawsTo(endings, _last.Used - before.Used, Sum(succeeded.Select(ending => ending.Drawn)), Sum(open.Where(ending => ending.Call.Draws).Select(ending => ending.Call.Agreed())));
    }

    // What calls have paid of their totals above those that the daemon had before them, each cog once.
    private static BigInteger NewlyCovered(IEnumerable<Ending> succeeded, Moment before) => Sum(succeeded.Where(ending => !ending.Signed.IsZero)
        .Select(ending => (Last: ending.Call.Sent.Last(), ending.Signed)).GroupBy(paid => paid.Last.Round)
        .Select(round => Covered(round.Select(paid => (paid.Last.Amount - paid.Signed, paid.Last.Amount)), before.TakenOf.GetValueOrDefault(round.Key))));

    // P8 for calls that were paid ahead: one that succeeded has drawn its price, one that may have run at most that. A daemon with another price than the
    // metadata takes that; what it takes too much is borne up to a limit.
    private void HoldDrawsTo(IReadOnlyList<Ending> endings, BigInteger step, BigInteger least, BigInteger open)
    {
        if (!_pricesChanged && (step < least || step > least + open))
            Books.Break("P8", $"the daemon used {step} of what was paid ahead, and: {string.Join("; ", endings)}");
    }

    private void CheckPrice(UserCall call, string method, BigInteger paid, PaymentMode mode)
    {
        if (!(paid.IsZero && mode == PaymentMode.Free) && !_published.Any(prices => prices[method] == paid))
            Books.Break("P8", $"{call} cost {paid}, and published was {string.Join(", then ", _published.Select(prices => prices[method]))}");
        var isRight = _setup.Mode switch
        {
            PaymentMode.Automatic => mode is PaymentMode.Free or PaymentMode.Escrow,
            PaymentMode.Prepaid => mode == PaymentMode.Prepaid || paid.IsZero,
            _ => mode == _setup.Mode,
        };
        if (!isRight)
            Books.Break("P8", $"{call} was paid by {mode}, and asked for was {_setup.Mode}");
    }

    // Two processes cannot know where a daemon stands that has forgotten: one of them goes on from the total that it remembers, the other from nothing.
    // A plan can be of any amount, so such a daemon takes the whole total for a new one.
    private bool IsForgetful => (_hasForgotten && (!IsAlone || _setup.Mode == PaymentMode.Prepaid)) || Books.PlansHaveMet;

    // A process goes on from the total that it knows. When another has paid meanwhile and the price has fallen by as much, the daemon finds its price all the
    // same: what the first says it paid is then partly what the other paid.
    private bool IsOneProcess => _actors.Count(actor => actor.Lives.Count > 0) == 1;

    private bool IsAlone => _actors.Sum(actor => actor.Lives.Count) == 1;

    /// <summary>Notes the receipts as they are now. When a daemon forgets, what it was not asked in time can never be told any more, and the same totals can come again.</summary>
    private async Task NoteReceiptsAsync()
    {
        // On a disk they are the same for all.
        foreach (var life in _setup.OnDisk ? _actors.Where(actor => actor.Lives.Count > 0).Select(actor => actor.Now).Take(1) : _actors.SelectMany(actor => actor.Lives))
        {
            var receipts = await life.ReceiptsAsync();
            _noted.AddRange(receipts.Skip(_noted.Count(note => _setup.OnDisk || note.Life == life)).Select(receipt => new Note(_epoch, life, receipt)));
        }

        _epoch++;
    }

    /// <summary>All goes well again. Everybody can pay then, and knows what became of what was open.</summary>
    private async Task SettleAsync()
    {
        LiftAll();
        foreach (var channel in Books.Channels)
        {
            while (_started.Exists(claim => claim.Channel == channel))
                await FinishNextAsync(channel, sendBack: false);
        }

        if (_published.Count > 1)
            await PublishAsync(Prices.Published);
        Earn(1_000_000);
        foreach (var actor in _actors.Where(actor => actor.Lives.Count > 0))
            await PayAgainAsync(actor.Index);
    }

    // P3 in the end: who has paid from a channel since knows what became of everything that it signed there before.
    private async Task CheckNothingIsOpenAsync(int client, Ending ending)
    {
        if (ending.Call.Sent.LastOrDefault() is not { } last)
            return;
        if (!IsOneProcess || _hasForgotten)
            return; // a daemon that went back to an earlier total could take them yet
        var start = Stopwatch.GetTimestamp();
        while ((await OpenAsync()).ToList() is { Count: > 0 } open)
        {
            if (_setup.Mode != PaymentMode.Prepaid || Stopwatch.GetElapsedTime(start) > PatienceWithPlans)
            {
                Books.Break("P3", $"after {ending} it is still open what became of {string.Join(", ", open.Select(Show))}");
                return;
            }

            await Task.Delay(1); // more is being paid ahead, beside the calls
        }

        async Task<IEnumerable<PaymentReceipt>> OpenAsync() => (await _actors[client].Now.ReceiptsAsync())
            .Where(receipt => receipt.Outcome == PaymentOutcome.Unknown && (receipt.ChannelId, receipt.Nonce) == last.Round);
    }

    // Not at once, it may be: a connection that was cut is noticed only when it is used, and two processes that fill channels get in each other's way.
    private async Task PayAgainAsync(int client)
    {
        for (var tries = 1; ; tries++)
        {
            var ending = await CallAsync(client, "add");
            await HoldToAsync([ending]);
            if (ending.Error is null)
                await CheckNothingIsOpenAsync(client, ending);
            if (ending.Error is null || IsMeant(ending.Error))
                return;
            if (tries < 3)
                continue;
            Books.Break("L", $"all is well again, and client {client} cannot pay: {ending}");
            return;
        }
    }

    // What the user has allowed can be used up.
    private bool IsMeant(Exception error) => error switch
    {
        NoFreeCallException => _setup.Mode == PaymentMode.Free,
        SpendingLimitException => _setup.MaxTotal > 0 || _setup.MaxPerCall is > 0 and < 5,
        ChannelStateException e => _setup.Mode == PaymentMode.Prepaid && (_pricesChanged || _hasForgotten || !IsOneProcess) && e.Message.Contains("paid ahead", StringComparison.Ordinal),
        _ => false,
    };

    private async Task CheckAsync()
    {
        await BeQuietAsync();
        await CheckReceiptsAsync();
        CheckBalance();
    }

    // P4: the receipts cover what the daemon has taken, cog by cog. Two processes that pay the same stretch of a total cannot know it; one process can.
    private async Task CheckReceiptsAsync()
    {
        await NoteReceiptsAsync();
        var (taken, least, most) = (Books.TakenInAll(), BigInteger.Zero, BigInteger.Zero);
        foreach (var round in _noted.GroupBy(note => (note.Epoch, note.Receipt.ChannelId, note.Receipt.Nonce)))
        {
            least += Covered(round.Where(note => note.Receipt.Outcome == PaymentOutcome.Paid).Select(Stretch), BigInteger.Zero);
            most += Covered(round.Where(note => note.Receipt.Outcome != PaymentOutcome.NotCharged || _takenBack.Contains((note.Receipt.ChannelId, note.Receipt.Nonce))).Select(Stretch), BigInteger.Zero);
        }

        if (!IsForgetful && (taken + _claimedBeyond < least || taken > most))
            Books.Break("P4", $"the daemon has taken {taken}, and the receipts say {least} to {most}: {Show(_noted)}");
    }

    private static (BigInteger Before, BigInteger After) Stretch(Note note) => (note.Receipt.AmountBefore.Cogs, note.Receipt.AmountAfter.Cogs);

    // How much of a total above a start these stretches cover, each cog once.
    private static BigInteger Covered(IEnumerable<(BigInteger Before, BigInteger After)> stretches, BigInteger start)
    {
        var (covered, end) = (BigInteger.Zero, start);
        foreach (var (before, after) in stretches.Order())
        {
            covered += BigInteger.Max(BigInteger.Zero, after - BigInteger.Max(before, end));
            end = BigInteger.Max(end, after);
        }

        return covered;
    }

    // P5: nothing is lost, and nothing comes from nowhere.
    private void CheckBalance()
    {
        if (_blockMissing)
            return; // what was in it is on its way again
        BigInteger wallet, escrow, channels;
        lock (Sandbox.Chain.Ledger.Gate) // a channel may be filled ahead meanwhile
        {
            channels = Sum(Books.Channels.Select(id => Books.Chain.Channel(id).Value));
            (wallet, escrow) = (Books.Chain.WalletOf(_account.Address), Books.Chain.EscrowOf(_account.Address));
        }

        if (wallet + escrow + channels + _claimed != _funded)
            Books.Break("P5", $"wallet {wallet}, escrow {escrow}, channels {channels} and claimed {_claimed} are not {_funded}");
    }

    private static string Show(IEnumerable<Note> notes) => string.Join(", ", notes.Select(note => Show(note.Receipt)));

    private static string Show(PaymentReceipt receipt) =>
        $"{receipt.ChannelId}/{receipt.Nonce}: {receipt.AmountBefore.Cogs} to {receipt.AmountAfter.Cogs} {receipt.Outcome}";

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);

    private sealed record Note(int Epoch, Life Life, PaymentReceipt Receipt);
}
