using System.Numerics;
using Snet.Ethereum;
using Snet.Protocol;
using Snet.Sdk.Payments.Receipts;

namespace Snet.Sdk.Payments.Channels;

/// <summary>Finds out what became of payments whose answer was lost: the daemon's total, which carries our signature, tells; for a round that was claimed, the contract.</summary>
internal sealed class PaymentFates(PaymentServices services)
{
    private const int MostRequests = 50; // for the events of one channel

    /// <summary>Gives the payments from a channel whose fate can be told from a total.</summary>
    public IReadOnlyList<ReceiptEntry> OpenOf(ChannelSession session) => [.. session.Untaken.Union(services.Receipts.OpenOf(session.Id))];

    /// <summary>Decides by the total of one round.</summary>
    /// <remarks>Payments that were signed from the same total exclude each other: a daemon takes the next only when it knows the one before.</remarks>
    /// <param name="open">Payments of that round.</param>
    /// <param name="total">The total that was signed and taken.</param>
    /// <returns>The outcome of each.</returns>
    public static IEnumerable<(ReceiptEntry Entry, PaymentOutcome Outcome)> Decide(IEnumerable<ReceiptEntry> open, TokenAmount total)
    {
        foreach (var rivals in open.GroupBy(entry => entry.Receipt.AmountBefore))
        {
            var taken = rivals.Where(entry => entry.Receipt.AmountAfter <= total)
                .OrderByDescending(entry => entry.Receipt.AmountAfter)
                .ThenByDescending(entry => entry.Receipt.Outcome == PaymentOutcome.Unknown) // of the others it was said already that they were not
                .ThenByDescending(entry => entry.Number)
                .FirstOrDefault();
            foreach (var entry in rivals)
                yield return (entry, entry == taken || entry.Receipt is { Price.IsZero: true } ? PaymentOutcome.Paid : PaymentOutcome.NotCharged);
        }
    }

    /// <summary>Settles the payments of rounds that were claimed, as far as the contract's events tell.</summary>
    /// <param name="session">The channel.</param>
    /// <param name="open">Payments of rounds before the present one.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task SettleClaimedAsync(ChannelSession session, IEnumerable<ReceiptEntry> open, CancellationToken cancellationToken)
    {
        foreach (var round in open.GroupBy(entry => entry.Receipt.Nonce))
        {
            if (await FindClaimedAsync(session, round.Key, cancellationToken).ConfigureAwait(false) is { } total)
                Settle(Decide(round, total));
        }
    }

    /// <summary>Notes outcomes.</summary>
    public void Settle(IEnumerable<(ReceiptEntry Entry, PaymentOutcome Outcome)> outcomes)
    {
        foreach (var (entry, outcome) in outcomes)
            services.Receipts.Settle(entry, outcome);
    }

    // What the provider presented at the claim that ended a round; nothing, when the sender took everything back instead.
    private async Task<TokenAmount?> FindClaimedAsync(ChannelSession session, BigInteger nonce, CancellationToken cancellationToken)
    {
        if (await FindEventAsync(session, EscrowContract.ChannelClaimed, nonce + 1, cancellationToken).ConfigureAwait(false) is { } claim)
            return TokenAmount.FromCogs((BigInteger)claim[4]);
        return await FindEventAsync(session, EscrowContract.ChannelSenderClaim, nonce + 1, cancellationToken).ConfigureAwait(false) is null ? null : TokenAmount.Zero;
    }

    private async Task<object[]?> FindEventAsync(ChannelSession session, AbiEvent kind, BigInteger nonce, CancellationToken cancellationToken)
    {
        var search = services.Chain.Search(services.Options.Network.Mpe, kind.Topic, AbiEvent.Topic32("uint256", session.Id));
        var last = await services.Chain.Blocks.GetAsync(cancellationToken).ConfigureAwait(false);
        if (search.CountRequests(session.OpenedAt, last) > MostRequests)
            return null;
        await foreach (var part in search.ReadAsync(session.OpenedAt, last, backwards: true, cancellationToken).ConfigureAwait(false))
        {
            if (part.Logs.Select(log => kind.Decode(log.Topics, log.Data)).FirstOrDefault(values => (BigInteger)values[1] == nonce) is { } found)
                return found;
        }

        return null;
    }
}
