using System.Collections.Concurrent;
using System.Numerics;
using Snet.Sdk;
using Snet.Sdk.Sandbox.Faults;
using Snet.Sdk.Tests.Histories;

namespace Snet.Benchmarks.Soak;

/// <summary>All that goes wrong in a soak. What is ordered strikes whichever call comes next; only what has struck is counted.</summary>
internal sealed class SoakTroubles(SoakLane lane) : IDisposable
{
    private readonly ConcurrentQueue<(string Name, Fault Fault)> _ordered = new();
    private readonly ConcurrentQueue<(Claim Claim, int Calls)> _started = new();
    private readonly ConcurrentDictionary<string, int> _errors = new();
    private readonly SemaphoreSlim _alone = new(1, 1); // one change around the calls at a time
    private Fault? _price, _node;
    private string? _nodeTrouble;
    private int? _published;
    private bool _isPriceOdd;
    private int _calls;

    /// <summary>The errors that users got, by their codes.</summary>
    public IReadOnlyDictionary<string, int> Errors => _errors;

    public void Saw(SnetException e) => _errors.AddOrUpdate(e.Code, 1, (_, count) => count + 1);

    /// <summary>Orders something that goes wrong with the next call, or goes wrong around it.</summary>
    /// <returns>How the call is to be made.</returns>
    public async Task<CallManner> OrderAsync(Random chance)
    {
        var daemon = lane.Sandbox.Daemon.Faults;
        switch (chance.Next(100))
        {
            case < 14: return Order("answer lost, call charged", daemon.CutNextAnswer());
            case < 24: return Order("connection cut during the call", daemon.CutNextCall());
            case < 34: return Order("connection cut before the call", daemon.CutNextRequest());
            case < 42: return Order("payment refused", daemon.RefuseNextPayment());
            case < 46: return Order("refused with a strange status", daemon.RefuseNextPayment(7, "not now"));
            case < 52: return Order("refused: wrong nonce", daemon.RefuseNextNonce());
            case < 56: return Order("refused: too many calls", daemon.LimitNextCall());
            case < 60: return Order("answer late", daemon.DelayNextAnswer(SoakLane.Hurry * TimeSpan.FromMilliseconds(3)));
            case < 68: return Count("service fails", CallManner.ServiceFails);
            case < 78: return Count("cancelled by the caller", CallManner.Cancelled);
            case < 84: return Count("time limit passed", CallManner.TimedOut);
            case < 87: return OrderOfNode(chance);
            case < 89: return Lie(chance);
            case < 92: await AloneAsync(RestartDaemonAsync); return CallManner.Plain;
            case < 93: await AloneAsync(RestartClientAsync); return CallManner.Plain;
            case < 97: await AloneAsync(() => ClaimAsync(chance)); return CallManner.Plain;
            case < 98 when lane.IsPrepaid: lane.Wire.LoseNextToken(); return CallManner.Plain;
            case < 98: await AloneAsync(() => ChangePriceAsync(chance)); return CallManner.Plain;
            default: await AloneAsync(() => MoveBlocksAsync(chance)); return CallManner.Plain;
        }
    }

    /// <summary>What was begun goes on: claims arrive some calls later.</summary>
    public async Task AfterCallAsync(Random chance)
    {
        var calls = Interlocked.Increment(ref _calls);
        CollectStruck();
        if (_isPriceOdd)
            await AloneAsync(ChangePriceBackAsync);
        if (_started.TryPeek(out var next) && next.Calls <= calls)
            await AloneAsync(() => FinishClaimAsync(sendBack: chance.Next(4) == 0));
    }

    /// <summary>Lifts what has not struck, and lets every claim arrive.</summary>
    public async Task EndAsync()
    {
        while (_ordered.TryDequeue(out var order))
            Lift(order.Name, order.Fault);
        if (_node is not null)
            Lift(_nodeTrouble!, _node);
        await ChangePriceBackAsync();
        while (!_started.IsEmpty)
            await FinishClaimAsync(sendBack: false);
    }

    public void Dispose() => _alone.Dispose();

    private CallManner Order(string name, Fault fault)
    {
        _ordered.Enqueue((name, fault));
        return CallManner.Plain;
    }

    private CallManner Count(string name, CallManner manner)
    {
        lane.Books.Strike(name);
        return manner;
    }

    // A warm call asks the node nothing, so this strikes later; several at once would be no fault but an outage.
    private CallManner OrderOfNode(Random chance)
    {
        var node = lane.Sandbox.Chain.Faults;
        lock (_ordered)
        {
            if (_node is { Struck: 0 })
                return CallManner.Plain;
            if (_node is not null)
                Lift(_nodeTrouble!, _node);
            (_nodeTrouble, _node) = chance.Next(4) switch
            {
                0 => ("node cut off", node.CutNextRequest()),
                1 => ("node too busy (429)", node.RefuseNextRequest()),
                2 => ("node answers garbage", node.ChangeNextAnswer()),
                _ => ("node lags behind", node.Lag(1, times: 2)),
            };
        }

        return CallManner.Plain;
    }

    // The daemon is asked only when something is in doubt, so an answer is lost as well.
    private CallManner Lie(Random chance)
    {
        var daemon = lane.Sandbox.Daemon.Faults;
        Order("daemon lies about a channel", daemon.ForgeNextChannelState(lane.Books.TakenInAll() + 30, signed: chance.Next(2) == 0));
        return Order("answer lost, call charged", daemon.CutNextAnswer());
    }

    private async Task RestartDaemonAsync()
    {
        var down = lane.Sandbox.Daemon.Faults.Stop();
        lane.Books.Strike("daemon restarts");
        await Task.Delay(2);
        down.Dispose();
    }

    private async Task RestartClientAsync()
    {
        lane.Books.Strike("client restarts");
        await lane.RestartAsync();
    }

    private async Task AloneAsync(Func<Task> alter)
    {
        await _alone.WaitAsync();
        try
        {
            await alter();
        }
        finally
        {
            _alone.Release();
        }
    }

    private async Task ClaimAsync(Random chance)
    {
        if (lane.Books.Channels is not { Count: > 0 } channels)
            return;
        var id = channels[chance.Next(channels.Count)];
        if (lane.Sandbox.Daemon.Channels.GetStored(id) is not { Authorized.IsZero: false } stored)
            return;
        if (chance.Next(3) == 0)
        {
            await ClaimBehindTheDaemonAsync(id);
        }
        else if (await StartClaimAsync(id, stored.Nonce) is { } claim)
        {
            lane.Books.Starts(claim);
            lane.Books.Strike("claim started");
            _started.Enqueue((claim, Volatile.Read(ref _calls) + chance.Next(100)));
        }
    }

    // A daemon refuses while a call of the channel runs.
    private async Task<Claim?> StartClaimAsync(BigInteger id, BigInteger nonce)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            if (await lane.Provider.StartAsync(id, nonce) is { } claim)
                return claim;
            await Task.Delay(1);
        }

        return null;
    }

    // The channel is kept from paying meanwhile, or the provider would claim less than his daemon has taken by then.
    private async Task ClaimBehindTheDaemonAsync(BigInteger id)
    {
        using var locked = await TryLockAsync(id);
        if (locked is null || lane.Sandbox.Daemon.Channels.GetStored(id) is not { Signature: { } signature, Authorized.IsZero: false } stored
            || stored.Nonce != lane.Books.Chain.Channel(id).Nonce)
            return;
        lane.Books.Look(id);
        await lane.ClaimAsync(new Claim(id, stored.Nonce, stored.Authorized, signature), sendBack: false);
        lane.Books.Strike("claimed behind the daemon's back");
    }

    // What is sent back cannot be claimed any more, so a round that has begun since keeps it there; the channel is kept from paying meanwhile.
    private async Task FinishClaimAsync(bool sendBack)
    {
        if (!_started.TryDequeue(out var started))
            return;
        using var locked = sendBack ? await TryLockAsync(started.Claim.Channel) : null;
        sendBack = locked is not null && lane.Sandbox.Daemon.Channels.GetStored(started.Claim.Channel) is { Authorized.IsZero: true } next && next.Nonce == started.Claim.Nonce + 1;
        await lane.ClaimAsync(started.Claim, sendBack);
        lane.Books.Strike(sendBack ? "claim arrived, rest sent back" : "claim arrived");
    }

    // Between two calls; null when there is no such moment for a while.
    private async Task<Fault?> TryLockAsync(BigInteger channel)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            try
            {
                return lane.Sandbox.Daemon.Faults.LockChannel(channel);
            }
            catch (InvalidOperationException)
            {
                await Task.Delay(1);
            }
        }

        return null;
    }

    private async Task ChangePriceAsync(Random chance)
    {
        var cogs = 3 + chance.Next(7);
        if (chance.Next(2) == 0)
        {
            SetPrice(cogs);
            _isPriceOdd = true;
            lane.Books.Strike("other price than published");
            return;
        }

        lane.Prices.Publish(cogs);
        SetPrice(cogs);
        (_published, _isPriceOdd) = (cogs, false);
        await lane.PublishAsync(SoakPrices.All(cogs));
        lane.Books.Strike("price changed and published");
    }

    private void SetPrice(int? cogs)
    {
        var before = _price;
        _price = cogs is { } price ? lane.Sandbox.Daemon.Faults.ChangePrice(price) : null;
        if (_price is null)
            before?.Dispose();
    }

    private Task ChangePriceBackAsync()
    {
        if (_isPriceOdd)
            SetPrice(_published);
        _isPriceOdd = false;
        return Task.CompletedTask;
    }

    private Task MoveBlocksAsync(Random chance)
    {
        if (chance.Next(2) == 0)
        {
            lane.Sandbox.Chain.Mine(1 + chance.Next(10));
            lane.Books.Strike("blocks come by surprise");
        }
        else
        {
            lane.Sandbox.Chain.Faults.TakeBack();
            lane.Sandbox.Chain.Mine();
            lane.Books.Strike("block taken back and mined again");
        }

        return Task.CompletedTask;
    }

    private void CollectStruck()
    {
        while (_ordered.TryPeek(out var first) && first.Fault.Struck > 0 && _ordered.TryDequeue(out var order))
            Lift(order.Name, order.Fault);
    }

    private void Lift(string name, Fault fault)
    {
        fault.Dispose();
        if (fault.Struck > 0)
            lane.Books.Strike(name, fault.Struck);
    }
}
