using System.Numerics;
using Snet.Sdk.Payments;
using Snet.Sdk.Services;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What must hold after a step, and in the end.</summary>
internal sealed partial class World
{
    private readonly List<Note> _noted = [];
    private BigInteger _takenSoFar;
    private int _epoch;

    /// <summary>P8: what the daemon took meanwhile is what the users were told.</summary>
    public async Task HoldToAsync(IReadOnlyList<Ending> endings)
    {
        await BeQuietAsync();
        var taken = Books.TakenInAll();
        var step = taken - _takenSoFar;
        _takenSoFar = taken;

        var least = Sum(endings.Where(ending => ending.Error is null).Select(ending => ending.Paid!.Value));
        var most = least + Sum(endings.Where(ending => ending.Error is not null && (ending.Told != MoneyMoved.No || IsGuess(ending))).Select(ending => ending.Call.Agreed()));
        if (!IsForgetful && (step < least || step > most))
            Books.Break("P8", $"the daemon took {step}, and: {string.Join("; ", endings)}");
    }

    // Two processes cannot know where a daemon stands that has forgotten: one of them goes on from the total that it remembers, the other from nothing.
    private bool IsForgetful => _hasForgotten && !IsAlone;

    private bool IsAlone => _actors.Sum(actor => actor.Lives.Count) == 1;

    // The daemon may still be at work on a call whose connection was lost; its total tells what it has taken so far.
    private static bool IsGuess(Ending ending) => ending.Error is ServiceCallException { Origin: CallOrigin.Transport };

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
            least += Covered(round.Where(note => note.Receipt.Outcome == PaymentOutcome.Paid));
            most += Covered(round.Where(note => note.Receipt.Outcome != PaymentOutcome.NotCharged || note.Epoch < _epoch - 1 || Books.WasOpen(note.Receipt)));
        }

        if (!IsForgetful && (taken + _claimedBeyond < least || taken > most))
            Books.Break("P4", $"the daemon has taken {taken}, and the receipts say {least} to {most}: {Show(_noted)}");
    }

    private static BigInteger Covered(IEnumerable<Note> notes)
    {
        var (covered, end) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var (before, after) in notes.Select(note => (note.Receipt.AmountBefore.Cogs, note.Receipt.AmountAfter.Cogs)).Order())
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
