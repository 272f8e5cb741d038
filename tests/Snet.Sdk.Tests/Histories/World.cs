using System.Diagnostics;
using System.Numerics;
using System.Text.Json.Nodes;
using Snet.Sdk.Accounts;
using Snet.Sdk.Payments;
using Snet.Sdk.Sandbox;
using Snet.Sdk.Sandbox.Faults;

namespace Snet.Sdk.Tests.Histories;

/// <summary>One account and all that can happen to it, on a platform that no other history uses meanwhile.</summary>
internal sealed partial class World : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3); // a client that waits for a block that is missing does so for minutes of its own clock
    private static readonly BigInteger Ether = BigInteger.Pow(10, 20);
    private static readonly int[] ServiceFailures = [3, 9, 16, 1000, 2, 13];

    private readonly Lane _lane;
    private readonly Setup _setup;
    private readonly PrivateKeySigner _account = PrivateKeySigner.CreateRandom();
    private readonly PrivateKeySigner? _signer;
    private readonly Actor[] _actors;
    private readonly List<Fault> _faults = [];
    private readonly List<IReadOnlyDictionary<string, int>> _published = [Prices.Published];
    private readonly string? _folder;
    private Fault? _down;
    private Fault? _price;
    private bool _blockMissing;
    private BigInteger _funded;
    private int _calls;

    private World(Lane lane, Setup setup)
    {
        (_lane, _setup) = (lane, setup);
        _signer = setup.OwnSigner ? PrivateKeySigner.CreateRandom() : null;
        _folder = setup.OnDisk ? lane.NewFolder() : null;
        Books = new Books(lane.Sandbox, new Limits(setup.MaxPerCall > 0 ? setup.MaxPerCall : null, MaxTotal, () => setup.CallsAhead * _published.Max(prices => prices.Values.Max())));
        Sandbox.Chain.Fund(_account.Address, BigInteger.Zero, Ether);
        Earn(setup.Tokens);
        _actors = [new Actor(0, Start), new Actor(1, Start)];

        // Without a disk each process counts for itself.
        BigInteger? MaxTotal() => setup.MaxTotal == 0 ? null : setup.MaxTotal * (setup.OnDisk ? 1 : _actors!.Sum(actor => actor.Lives.Count));
    }

    public Books Books { get; }

    private SnetSandbox Sandbox => _lane.Sandbox;

    /// <summary>Runs a history to its end, and throws when an invariant is broken.</summary>
    public static async Task RunAsync(Lane lane, History history)
    {
        await using var world = new World(lane, history.Setup);
        foreach (var step in history.Steps)
        {
            var blockMissing = world._blockMissing;
            await step.RunAsync(world);
            await world.BeQuietAsync();
            if (blockMissing)
                world.BringBlockBack();
            world.CheckBalance();
            world.ThrowIfBroken($"after {step}");
        }

        await world.SettleAsync();
        await world.CheckAsync();
        world.ThrowIfBroken("in the end");
    }

    public async Task<Ending> CallAsync(int client, string method, CancellationToken cancellationToken = default)
    {
        var number = Interlocked.Increment(ref _calls);
        var request = new JsonObject { ["a"] = method == "fail" ? ServiceFailures[number % ServiceFailures.Length] : 0, ["b"] = number };
        var call = new UserCall($"call {number} ({method})", () => _setup.Mode == PaymentMode.Free ? 0 : _published.Max(prices => prices[method]))
        {
            Draws = _setup.Mode == PaymentMode.Prepaid,
        };
        return await EndAsync(call, async () =>
        {
            var result = await _actors[client].Now.Service.CallAsync(method, request, cancellationToken: cancellationToken);
            CheckPrice(call, method, result.Paid.Cogs, result.Receipt!.Mode);
            return (result.Receipt.Price.Cogs, result.Receipt.Drawn.Cogs);
        });
    }

    public async Task<Ending> ValidateAsync(int client, int price)
    {
        var service = _actors[client].Now.Service;
        var call = new UserCall($"validation at {price}", () => price);
        return await EndAsync(call, async () =>
        {
            var model = await service.Training.CreateModelAsync("stt", "a model");
            var link = new Uri($"https://data.example/?price={price}");
            await service.Training.ValidateModelPriceAsync(model.Id, link);
            await service.Training.ValidateModelAsync(model.Id, link, TokenAmount.FromCogs(price));
            return (price, 0);
        });
    }

    public async Task GiveUpAsync(int client, Impatience how, bool charged)
    {
        using var impatience = new CancellationTokenSource();
        using var slow = charged ? Sandbox.Daemon.Faults.HoldStorage() : Sandbox.Daemon.Faults.DelayNextAnswer(TimeSpan.FromHours(1));
        var life = _actors[client].Now;
        var call = Task.Run(() => CallAsync(client, "add", impatience.Token));
        while (!call.IsCompleted && slow.Struck == 0)
            await Task.WhenAny(call, Task.Delay(1));
        if (how == Impatience.Cancelled)
            await impatience.CancelAsync();
        else
            life.Time.Advance(life.Client.Options.CallTimeout + TimeSpan.FromSeconds(1));
        var ending = await call;
        slow.Dispose();
        await HoldToAsync([ending]);
    }

    public async ValueTask DisposeAsync()
    {
        LiftAll();
        if (_published.Count > 1)
            await PublishAsync(Prices.Published);
        foreach (var actor in _actors)
            await actor.DisposeAsync();
        _account.Dispose();
        _signer?.Dispose();
    }

    private Life Start(Actor actor)
    {
        var time = new HastyTime(Now);
        var daemon = new SocketsHttpHandler { UseProxy = false };
        var options = SnetClientOptions.FromPlatform(Sandbox.Platform);
        (options.Signer, options.PaymentSigner, options.TimeProvider) = (_account, _signer, time);
        (options.PaymentMode, options.DataDirectory) = (_setup.Mode, _folder);
        options.Spending = new SpendingPolicy { MaxPerCall = Limit(_setup.MaxPerCall), MaxTotal = Limit(_setup.MaxTotal) };
        options.Funding = new ChannelFunding { CallsAhead = _setup.CallsAhead, ExtraBlocks = 240 };
        (options.HttpHandler, options.DaemonHttpHandler) = (_lane.Http, new Recorder(Books, actor.Index + (Books.LifeStep * actor.Lives.Count), daemon));
        (options.MaxRetries, options.AttemptTimeout) = (2, TimeSpan.FromSeconds(60));
        var client = new SnetClient(options);
        return new Life(client, client.GetServiceClient(Sandbox.Platform.OrgId, Sandbox.Platform.ServiceId), time, daemon);
    }

    private static TokenAmount? Limit(int cogs) => cogs > 0 ? TokenAmount.FromCogs(cogs) : null;

    // The latest that any process has seen: time does not go back when one starts anew.
    private DateTimeOffset Now => _actors.SelectMany(actor => actor.Lives).Select(life => life.Time.GetUtcNow()).DefaultIfEmpty(HastyTime.Start).Max();

    // A user knows only what he is told: a result, an error of the SDK's own tree, or his own cancellation.
    private async Task<Ending> EndAsync(UserCall call, Func<Task<(BigInteger Signed, BigInteger Drawn)>> pay)
    {
        try
        {
            var (signed, drawn) = await call.RunAsync(pay).WaitAsync(Patience);
            return new Ending(call, MoneyMoved.Yes, signed) { Drawn = drawn };
        }
        catch (SnetException e)
        {
            return new Ending(call, e.MoneyMoved, 0) { Error = e };
        }
        catch (OperationCanceledException e)
        {
            return new Ending(call, MoneyMoved.Unknown, 0) { Error = e };
        }
        catch (Exception e)
        {
            Books.Break("E", e is TimeoutException ? $"{call} hangs" : $"{call} ended in {e}");
            return new Ending(call, MoneyMoved.Unknown, 0) { Error = e };
        }
    }

    // Until the daemon has nothing more to do, nobody can say what was taken.
    private async Task BeQuietAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (Sandbox.Daemon.Running > 0)
        {
            await Task.Delay(1);
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException("The sandbox's daemon does not come to rest.");
        }
    }

    private void ThrowIfBroken(string when)
    {
        foreach (var violation in Sandbox.Daemon.Violations)
            Books.Break("E", violation.Message);
        if (Books.Broken.Count > 0)
            throw new InvariantException(string.Join(Environment.NewLine, [$"Broken {when}:", .. Books.Broken]));
    }
}

/// <summary>An invariant does not hold.</summary>
internal sealed class InvariantException(string message) : Exception(message);
