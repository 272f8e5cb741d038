using System.Numerics;
using Snet.Ethereum;
using Snet.Sdk.Sandbox.Platform;

namespace Snet.Sdk.Tests.Histories;

/// <summary>What happens around the calls.</summary>
internal sealed partial class World
{
    private const string NotNow = "not now";

    private readonly List<Claim> _started = [];
    private BigInteger _claimed;
    private BigInteger _claimedBeyond; // what was claimed of refused calls
    private bool _hasForgotten;
    private bool _pricesChanged;

    public void Order(Trouble what, int times)
    {
        var (daemon, node) = (Sandbox.Daemon.Faults, Sandbox.Chain.Faults);
        _faults.Add(what switch
        {
            Trouble.AnswerLost => daemon.CutNextAnswer(times),
            Trouble.CutDuring => daemon.CutNextCall(times: times),
            Trouble.CutBefore => daemon.CutNextRequest(times),
            Trouble.Refused => daemon.RefuseNextPayment(times: times),
            Trouble.RefusedOddly => daemon.RefuseNextPayment(7, NotNow, times),
            Trouble.WrongNonce => daemon.RefuseNextNonce(times),
            Trouble.TooMany => daemon.LimitNextCall(times),
            Trouble.ForeignSignature => daemon.ForgeNextChannelState(Books.TakenInAll() + 30, signed: true, times),
            Trouble.NoSignature => daemon.ForgeNextChannelState(Books.TakenInAll() + 30, signed: false, times),
            Trouble.NodeCut => node.CutNextRequest(times),
            Trouble.NodeBusy => node.RefuseNextRequest(times: times),
            Trouble.NodeGarbage => node.ChangeNextAnswer(times),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        });
    }

    public async Task ClaimAsync(int channel, Claiming how)
    {
        if (ChannelAt(channel) is not { } id)
            return;
        Books.TakenInAll(); // what is taken so far is written down before the round ends
        var nonce = Books.Chain.Channel(id).Nonce;
        var stored = Sandbox.Daemon.Channels.GetStored(id);
        switch (how)
        {
            case Claiming.Start:
                if (await _lane.Provider.StartAsync(id, stored?.Nonce ?? nonce) is { } claim)
                    _started.Add(claim);
                break;
            case Claiming.Finish or Claiming.FinishAndSendBack:
                await FinishNextAsync(id, how == Claiming.FinishAndSendBack);
                break;
            case Claiming.BehindTheDaemon when stored is { Signature: { } signature } && stored.Nonce == nonce && !stored.Authorized.IsZero:
                await CarryOutAsync(new Claim(id, nonce, stored.Authorized, signature), sendBack: false);
                break;
            case Claiming.Greedily when Books.Highest((id, nonce)) is { } highest && !highest.Amount.IsZero:
                var expected = Books.ClaimedOnItsWay(id, nonce);
                if (await CarryOutAsync(new Claim(id, nonce, highest.Amount, highest.Signature), sendBack: false))
                {
                    _claimedBeyond += highest.Amount - Books.TakenOf(highest.Round);
                    Books.Shrank(id, highest.Amount - expected);
                }

                break;
        }
    }

    public async Task RestartAsync(int client)
    {
        await BeQuietAsync();
        if (_setup.OnDisk)
            await _actors[client].EndAsync();
        _actors[client].Restart();
    }

    public void SetDaemon(bool up)
    {
        if (up)
            _down?.Dispose();
        _down = up ? null : _down ?? Sandbox.Daemon.Faults.Stop();
    }

    public async Task ForgetAsync(int channel)
    {
        if (ChannelAt(channel) is not { } id)
            return;
        await BeQuietAsync();
        await NoteReceiptsAsync();
        Books.Forgets(id);
        _hasForgotten = true;
        Sandbox.Daemon.Faults.ForgetChannel(id);
    }

    public async Task SetPriceAsync(int cogs, bool published)
    {
        _price?.Dispose();
        _price = Sandbox.Daemon.Faults.ChangePrice(cogs);
        _pricesChanged = true;
        if (!published)
            return;
        _published.Add(Prices.All(cogs));
        await PublishAsync(Prices.All(cogs));
    }

    public void Mine(long blocks, bool timePasses)
    {
        Sandbox.Chain.Mine(blocks);
        foreach (var actor in _actors.Where(actor => timePasses && actor.Lives.Count > 0))
            actor.Now.Time.Advance(TimeSpan.FromSeconds(12) * blocks);
    }

    public void TakeBlockBack()
    {
        if (_blockMissing)
            return;
        Sandbox.Chain.Faults.TakeBack();
        _blockMissing = Books.BlockIsMissing = true;
    }

    public async Task DoAsync(int client, Deed what, int amount, int channel)
    {
        var (life, tokens) = (_actors[client].Now, TokenAmount.FromCogs(amount));
        var id = ChannelAt(channel);
        try
        {
            switch (what)
            {
                case Deed.OpenChannel:
                    await life.Service.Channels.DepositAndOpenAsync(tokens);
                    break;
                case Deed.AddFunds when id is { } found:
                    await life.Client.Account.DepositAsync(tokens);
                    await life.Service.Channels.AddFundsAsync(found, tokens);
                    break;
                case Deed.Extend when id is { } found:
                    await life.Service.Channels.ExtendAsync(found, Books.Chain.Channel(found).Expiration + amount);
                    break;
                case Deed.TakeBack when id is { } found:
                    var nonce = Books.Chain.Channel(found).Nonce;
                    await life.Service.Channels.ClaimTimeoutAsync(found);
                    _takenBack.Add((found, nonce));
                    break;
                case Deed.Withdraw:
                    await life.Client.Account.WithdrawAsync(tokens);
                    break;
            }
        }
        catch (SnetException)
        {
            return; // too little in escrow, not expired yet, the node is cut: the user goes on
        }
    }

    public void Earn(int cogs)
    {
        Sandbox.Chain.Fund(_account.Address, cogs, BigInteger.Zero);
        Sandbox.Chain.Mine(); // what is given out of nothing goes with the block that it was given in
        _funded += cogs;
    }

    private BigInteger? ChannelAt(int index) => Books.Channels is { Count: > 0 } channels ? channels[index % channels.Count] : null;

    private void BringBlockBack()
    {
        Sandbox.Chain.Mine();
        _blockMissing = Books.BlockIsMissing = false;
    }

    private async Task FinishNextAsync(BigInteger channel, bool sendBack)
    {
        _started.RemoveAll(claim => claim.Channel == channel && claim.Nonce < Books.Chain.Channel(channel).Nonce); // overtaken by another claim
        if (_started.Find(claim => claim.Channel == channel) is not { } next)
            return;
        _started.Remove(next);
        var rest = Books.Chain.Channel(channel).Value - next.Amount;
        if (await CarryOutAsync(next, sendBack) && sendBack)
            Books.Shrank(channel, rest);
    }

    private async Task<bool> CarryOutAsync(Claim claim, bool sendBack)
    {
        try
        {
            await _lane.Provider.FinishAsync(claim, sendBack);
            _claimed += claim.Amount;
            return true;
        }
        catch (TransactionException)
        {
            return false; // the sender took everything back before: the provider came too late
        }
    }

    private async Task PublishAsync(IReadOnlyDictionary<string, int> prices)
    {
        var archive = Sandbox.Storage.Add(PlatformMetadata.ProtoArchive(dynamicPricing: false));
        var service = PlatformMetadata.Service(Sandbox.Platform.Daemon, Sandbox.Platform.Mpe, archive, Prices.Metadata(prices));
        using var publisher = new Publisher(Sandbox.Platform.Rpc);
        await publisher.PublishAsync(
            OutsideChain.Default, Sandbox.Platform.ChainId, Sandbox.Storage, PlatformMetadata.Organization(40_320), service, CancellationToken.None);
    }

    private void LiftAll()
    {
        _faults.ForEach(fault => fault.Dispose());
        _faults.Clear();
        _price?.Dispose();
        SetDaemon(up: true);
        if (_blockMissing)
            BringBlockBack();
    }
}
