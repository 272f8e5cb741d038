namespace Snet.Sdk.Tests.Histories;

/// <summary>One thing that happens.</summary>
internal abstract record Step
{
    public abstract Task RunAsync(World world);
}

/// <summary>A user's call that is paid for. Some can be made side by side.</summary>
/// <param name="Client">Which process: 0 or 1. Both pay from the same account.</param>
internal abstract record PaidStep(int Client) : Step
{
    public sealed override async Task RunAsync(World world) => await world.HoldToAsync([await BeginAsync(world)]);

    /// <summary>Makes the call.</summary>
    public abstract Task<Ending> BeginAsync(World world);
}

/// <summary>A method of the service is called.</summary>
internal sealed record Call(int Client = 0, string Method = "add") : PaidStep(Client)
{
    public override Task<Ending> BeginAsync(World world) => world.CallAsync(Client, Method);
}

/// <summary>A model is made, and validating it is paid at the price that the provider asks.</summary>
internal sealed record Validate(int Client = 0, int Price = 9) : PaidStep(Client)
{
    public override Task<Ending> BeginAsync(World world) => world.ValidateAsync(Client, Price);
}

/// <summary>Calls side by side.</summary>
internal sealed record Together(params PaidStep[] Calls) : Step
{
    public override async Task RunAsync(World world) =>
        await world.HoldToAsync(await Task.WhenAll(Calls.Select(call => Task.Run(() => call.BeginAsync(world)))));
}

/// <summary>A call whose user loses patience while the daemon works on it.</summary>
/// <param name="Client">Which process.</param>
/// <param name="How">Whether he cancels it or its time limit passes.</param>
/// <param name="Charged">Whether the daemon had done all but the storing by then, so that the price is taken in the end.</param>
internal sealed record GivenUp(int Client, Impatience How, bool Charged) : Step
{
    public override Task RunAsync(World world) => world.GiveUpAsync(Client, How, Charged);
}

internal enum Impatience
{
    Cancelled,
    TimedOut,
}

/// <summary>Something that goes wrong with the next calls that it can strike.</summary>
internal sealed record Order(Trouble What, int Times = 1) : Step
{
    public override Task RunAsync(World world)
    {
        world.Order(What, Times);
        return Task.CompletedTask;
    }
}

internal enum Trouble
{
    AnswerLost,
    CutDuring,
    CutBefore,
    Refused,
    RefusedOddly,
    WrongNonce,
    TooMany,
    ForeignSignature,
    NoSignature,
    NodeCut,
    NodeBusy,
    NodeGarbage,
}

/// <summary>The provider claims.</summary>
/// <param name="Channel">The number of the channel among the account's, from the last that it has round again to the first.</param>
/// <param name="How">What he does.</param>
internal sealed record Claims(int Channel, Claiming How) : Step
{
    public override Task RunAsync(World world) => world.ClaimAsync(Channel, How);
}

internal enum Claiming
{
    /// <summary>His daemon begins the next round; the claim is on its way.</summary>
    Start,

    /// <summary>The claim that was started first arrives on the chain.</summary>
    Finish,

    /// <summary>The same, and what is left goes back to the sender.</summary>
    FinishAndSendBack,

    /// <summary>He claims what his daemon has stored, without telling his daemon.</summary>
    BehindTheDaemon,

    /// <summary>He claims the most that he has ever seen signed, for calls that were refused too.</summary>
    Greedily,
}

/// <summary>A process ends and begins anew.</summary>
internal sealed record Restart(int Client = 0) : Step
{
    public override Task RunAsync(World world) => world.RestartAsync(Client);
}

/// <summary>The daemon is down from now on, or up again.</summary>
internal sealed record DaemonIs(bool Up) : Step
{
    public override Task RunAsync(World world)
    {
        world.SetDaemon(Up);
        return Task.CompletedTask;
    }
}

/// <summary>The daemon loses what it knew of a channel.</summary>
internal sealed record Forgets(int Channel = 0) : Step
{
    public override Task RunAsync(World world) => world.ForgetAsync(Channel);
}

/// <summary>Every method has another price.</summary>
/// <param name="Cogs">The price.</param>
/// <param name="Published">Whether the metadata says so, too.</param>
internal sealed record PriceIs(int Cogs, bool Published) : Step
{
    public override Task RunAsync(World world) => world.SetPriceAsync(Cogs, Published);
}

/// <summary>Blocks come.</summary>
/// <param name="Blocks">How many.</param>
/// <param name="TimePasses">Whether the clients' clocks go on by as much; otherwise the blocks surprise them.</param>
internal sealed record Mine(long Blocks, bool TimePasses = true) : Step
{
    public override Task RunAsync(World world)
    {
        world.Mine(Blocks, TimePasses);
        return Task.CompletedTask;
    }
}

/// <summary>The last block is taken back; it comes again, with what was in it, after the next step.</summary>
internal sealed record TakeBlockBack : Step
{
    public override Task RunAsync(World world)
    {
        world.TakeBlockBack();
        return Task.CompletedTask;
    }
}

/// <summary>The user does something with channels by hand.</summary>
/// <param name="Client">Which process.</param>
/// <param name="What">What he does.</param>
/// <param name="Amount">Cogs, or blocks.</param>
/// <param name="Channel">Which channel, where it is about one.</param>
internal sealed record ByHand(int Client, Deed What, int Amount = 20, int Channel = 0) : Step
{
    public override Task RunAsync(World world) => world.DoAsync(Client, What, Amount, Channel);
}

internal enum Deed
{
    OpenChannel,
    AddFunds,
    Extend,
    TakeBack,
    Withdraw,
}

/// <summary>The account is given tokens.</summary>
internal sealed record Earn(int Cogs = 50) : Step
{
    public override Task RunAsync(World world)
    {
        world.Earn(Cogs);
        return Task.CompletedTask;
    }
}
