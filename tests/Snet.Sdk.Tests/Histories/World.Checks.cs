using System.Numerics;
using Snet.Sdk.Payments;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What must hold after a step, and in the end.</summary>
internal sealed partial class World
{
    private readonly List<Note> _noted = [];
    private BigInteger _takenSoFar;
    private IReadOnlyDictionary<(BigInteger Channel, BigInteger Nonce), BigInteger> _takenOf = new Dictionary<(BigInteger, BigInteger), BigInteger>();
    private int _epoch;

    /// <summary>P8: what the daemon took meanwhile is what the users were told.</summary>
    public async Task HoldToAsync(IReadOnlyList<Ending> endings)
    {
        await BeQuietAsync();
        var before = _takenOf;
        var taken = Books.TakenInAll();
        var step = taken - _takenSoFar;
        (_takenSoFar, _takenOf) = (taken, Books.TakenOfAll());

        var succeeded = endings.Where(ending => ending.Error is null).ToList();
        var least = IsOneProcess ? Sum(succeeded.Select(ending => ending.Paid!.Value)) : Sum(succeeded.GroupBy(ending => ending.Call.Sent.Last().Round).Select(
            round => Covered(round.Select(ending => (ending.Call.Sent.Last().Amount - ending.Paid!.Value, ending.Call.Sent.Last().Amount)), before.GetValueOrDefault(round.Key))));
        var most = Sum(succeeded.Select(ending => ending.Paid!.Value))
            + Sum(endings.Where(ending => ending.Error is not null && ending.Told != MoneyMoved.No).Select(ending => ending.Call.Agreed()));
        if (!IsForgetful && (step < least || step > most))
            Books.Break("P8", $"the daemon took {step}, and: {string.Join("; ", endings)}");
    }

    // Two processes cannot know where a daemon stands that has forgotten: one of them goes on from the total that it remembers, the other from nothing.
    private bool IsForgetful => _hasForgotten && !IsAlone;

    // A process goes on from the total that it knows. When another has paid meanwhile and the price has fallen by as much, the daemon finds its price all the
    // same: what the first says it paid is then partly what the other paid.
    private bool IsOneProcess => _actors.Count(actor => actor.Lives.Count > 0) == 1;

    private bool IsAlone => _actors.Sum(actor => actor.Lives.Count) == 1;

    /// <summary>Notes the receipts as they are now. When a daemon forgets, what it was not asked in time can never be told any more, and the same totals can come again.</summary>
    private async Task NoteReceiptsAsync()
    {
        foreach (var life in _actors.SelectMany(actor => actor.Lives))
        {
            var receipts = await life.ReceiptsAsync();
            _noted.AddRange(receipts.Skip(_noted.Count(note => note.Life == life)).Select(receipt => new Note(_epoch, life, receipt)));
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

    // Not at once, it may be: a connection that was cut is noticed only when it is used, and two processes that fill channels get in each other's way.
    private async Task PayAgainAsync(int client)
    {
        for (var tries = 1; ; tries++)
        {
            var ending = await CallAsync(client, "add");
            await HoldToAsync([ending]);
            if (ending.Error is null)
                return;
            if (tries < 3)
                continue;
            Books.Break("L", $"all is well again, and client {client} cannot pay: {ending}");
            return;
        }
    }

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
            most += Covered(round.Where(note => note.Receipt.Outcome != PaymentOutcome.NotCharged).Select(Stretch), BigInteger.Zero);
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
        BigInteger wallet, escrow, channels;
        lock (Sandbox.Chain.Ledger.Gate) // a channel may be filled ahead meanwhile
        {
            channels = Sum(Books.Channels.Select(id => Books.Chain.Channel(id).Value));
            (wallet, escrow) = (Books.Chain.WalletOf(_account.Address), Books.Chain.EscrowOf(_account.Address));
        }

        if (wallet + escrow + channels + _claimed != _funded)
            Books.Break("P5", $"wallet {wallet}, escrow {escrow}, channels {channels} and claimed {_claimed} are not {_funded}");
    }

    private static string Show(IEnumerable<Note> notes) => string.Join(", ", notes.Select(note => note.Receipt).Select(receipt =>
        $"{receipt.ChannelId}/{receipt.Nonce}: {receipt.AmountBefore.Cogs} to {receipt.AmountAfter.Cogs} {receipt.Outcome}"));

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);

    private sealed record Note(int Epoch, Life Life, PaymentReceipt Receipt);
}
